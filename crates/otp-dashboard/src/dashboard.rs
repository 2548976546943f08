//! The pages as a whole: their paths, and what every request passes.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::Scope;
use actix_web::guard::fn_guard;
use actix_web::http::header::{HeaderName, STRICT_TRANSPORT_SECURITY};
use actix_web::middleware::{Condition, DefaultHeaders, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use otp_edge::{
    PerIpLimit, PerIpQuota, TrustedProxies, catch_panics, not_found, per_ip_limit,
    per_ip_limit_of_forms,
};

use crate::assets::{self, Assets};
use crate::error_page::refusals;
use crate::guard::{Site, same_origin};
use crate::join::JoinForm;
use crate::locale::locale;
use crate::reset_password::ResetPasswordForm;
use crate::sign_up::SignUpForm;
use crate::state::DashboardState;
use crate::{
    audit, code_page, confirm_order, credits, explain, guide, home, insights, keys, link_page,
    message_page, messages, notices, order_page, overview, own_accounts, password_page, paths,
    proof_page, prove_page, purchase, second_factor, settings, sign_in, sign_out, staff_account,
    staff_accounts, staff_home, staff_list, staff_order, staff_orders, staff_plans, staff_prices,
    subscriptions, team, test_inbox, verification_page, verifications, webhooks,
};

/// Makes browsers use HTTPS for a year, on this host only: others of the same domain are not the gateway's to decide.
///
/// Source: OWASP ASVS 5.0, requirement 3.4.1.
const HTTPS_ONLY: (HeaderName, &str) = (STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// Forms of sign-in from one address.
const SIGN_INS: PerIpQuota = PerIpQuota::per_period(some(10), Duration::from_secs(60));

/// Forms from one address that send a code or check one.
const CODES: PerIpQuota = PerIpQuota::per_period(some(30), Duration::from_secs(60 * 60));

/// Forms from one address on the pages of an account.
const FORMS: PerIpQuota = PerIpQuota::per_period(some(120), Duration::from_secs(60));

/// Public pages that one address may ask for: nobody has to sign in to make the gateway read its store.
const VISITS: PerIpQuota = PerIpQuota::per_period(some(300), Duration::from_secs(60));

const fn some(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

/// The surroundings of the pages.
#[derive(Debug, Clone, Default)]
pub struct DashboardOptions {
    /// The address under which browsers reach the gateway, without a path; `None` if it is not configured. Forms from
    /// any other are refused.
    pub public_origin: Option<String>,
    /// The proxies that may say whom a request comes from.
    pub trusted_proxies: TrustedProxies,
}

/// The pages, ready to be mounted. Clones share everything, the limits per IP address included.
#[derive(Clone)]
pub struct Dashboard {
    site: Data<Site>,
    sign_ins: PerIpLimit,
    codes: PerIpLimit,
    forms: PerIpLimit,
    visits: PerIpLimit,
}

impl Dashboard {
    /// Loads the assets.
    pub fn new(options: DashboardOptions) -> Self {
        let site = Site {
            origin: options.public_origin,
            trusted_proxies: options.trusted_proxies.clone(),
            assets: Data::new(Assets::load()),
        };
        let limit = |quota| PerIpLimit::new(quota, options.trusted_proxies.clone());
        Self {
            site: Data::new(site),
            sign_ins: limit(SIGN_INS),
            codes: limit(CODES),
            forms: limit(FORMS),
            visits: limit(VISITS),
        }
    }

    /// Returns a function that mounts the pages and their assets. Any other path is left to whoever mounts it.
    pub fn configure(
        &self,
        state: DashboardState,
    ) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let (dashboard, state) = (self.clone(), Data::new(state));
        move |app| {
            dashboard.mount_assets(app);
            let limited = |limit: &PerIpLimit, pages: &dyn Fn(&mut ServiceConfig)| {
                let scope = web::scope("").app_data(limit.clone()).configure(pages);
                let scope = scope.default_service(web::to(not_found));
                scope.wrap(from_fn(per_ip_limit_of_forms))
            };
            let public = |pages: &dyn Fn(&mut ServiceConfig)| {
                let scope = web::scope("").app_data(dashboard.visits.clone());
                let scope = scope.app_data(state.clone()).configure(pages);
                let scope = scope.default_service(web::to(not_found));
                scope.wrap(from_fn(per_ip_limit))
            };
            dashboard.mount(app, guide::GUIDE, |pages| {
                pages.service(public(&guide::mount));
            });
            dashboard.mount_at(app, &[home::PATH, guide::LLMS], |pages| {
                pages.service(public(&|pages| {
                    pages
                        .service(home::resource())
                        .service(guide::llms_resource());
                }));
            });
            dashboard.mount(app, paths::SIGN_IN, |pages| {
                let sign_in = limited(&dashboard.sign_ins, &|pages| {
                    pages
                        .service(sign_in::resource())
                        .service(code_page::resource())
                        .service(link_page::resource());
                });
                pages.app_data(state.clone()).service(sign_in);
            });
            dashboard.mount(app, "/sign-up", |pages| {
                let sign_up = limited(&dashboard.codes, &proof_page::mount::<SignUpForm>);
                pages.app_data(state.clone()).service(sign_up);
            });
            dashboard.mount(app, "/password", |pages| {
                let reset = limited(&dashboard.codes, &proof_page::mount::<ResetPasswordForm>);
                pages.app_data(state.clone()).service(reset);
            });
            dashboard.mount(app, "/join", |pages| {
                let join = limited(&dashboard.codes, &proof_page::mount::<JoinForm>);
                pages.app_data(state.clone()).service(join);
            });
            dashboard.mount(app, "/sign-out", |pages| {
                let sign_out = limited(&dashboard.forms, &|pages| {
                    pages.service(sign_out::resource());
                });
                pages.app_data(state.clone()).service(sign_out);
            });
            dashboard.mount(app, paths::HOME, |pages| {
                let account = limited(&dashboard.forms, &|pages| {
                    pages
                        .service(overview::resource())
                        .service(prove_page::resource())
                        .service(password_page::resource())
                        .configure(messages::mount)
                        // Before the page of a message, whose path has the same form.
                        .service(explain::resource())
                        .service(message_page::resource())
                        .service(verifications::resource())
                        .configure(insights::mount)
                        .service(verification_page::resource())
                        .service(subscriptions::resource())
                        .service(purchase::resource())
                        .service(confirm_order::resource())
                        .configure(order_page::mount)
                        .configure(credits::mount)
                        .configure(keys::mount)
                        .configure(webhooks::mount)
                        .service(test_inbox::resource())
                        .configure(team::mount)
                        .configure(own_accounts::mount)
                        .configure(second_factor::mount)
                        .configure(settings::mount)
                        .configure(notices::mount);
                });
                pages.app_data(state.clone()).service(account);
            });
            dashboard.mount(app, paths::STAFF, |pages| {
                let staff = limited(&dashboard.forms, &|pages| {
                    pages
                        .service(staff_home::resource())
                        .service(staff_orders::resource())
                        .configure(staff_order::mount)
                        .service(staff_accounts::resource())
                        .configure(staff_account::mount)
                        .configure(staff_plans::mount)
                        .configure(staff_prices::mount)
                        .service(audit::resource())
                        .configure(staff_list::mount);
                });
                pages.app_data(state.clone()).service(staff);
            });
        }
    }

    pub(crate) fn assets(&self) -> Data<Assets> {
        self.site.assets.clone()
    }

    pub(crate) fn mount_assets(&self, app: &mut ServiceConfig) {
        app.service(assets::resource().app_data(self.assets()));
    }

    /// Mounts pages below a path.
    pub(crate) fn mount(
        &self,
        app: &mut ServiceConfig,
        path: &str,
        pages: impl FnOnce(&mut ServiceConfig),
    ) {
        self.mount_in(app, web::scope(path), pages);
    }

    /// Mounts pages with these paths, and nothing below them.
    fn mount_at(
        &self,
        app: &mut ServiceConfig,
        paths: &'static [&'static str],
        pages: impl FnOnce(&mut ServiceConfig),
    ) {
        let is_one = fn_guard(move |context| paths.contains(&context.head().uri.path()));
        self.mount_in(app, web::scope("").guard(is_one), pages);
    }

    fn mount_in(
        &self,
        app: &mut ServiceConfig,
        scope: Scope,
        pages: impl FnOnce(&mut ServiceConfig),
    ) {
        let scope = scope
            .app_data(refusals(self.assets()))
            .app_data(self.assets())
            .app_data(self.site.clone())
            .configure(pages)
            .default_service(web::to(not_found));
        let origin = self.site.origin.as_deref();
        let is_https = origin.is_some_and(|origin| origin.starts_with("https://"));
        let https_only = DefaultHeaders::new().add(HTTPS_ONLY);
        let site = self.site.clone();
        let guard = from_fn(move |request, next| same_origin(site.clone(), request, next));
        // The last one is the first that a request passes.
        app.service(
            scope
                .wrap(from_fn(catch_panics))
                .wrap(guard)
                .wrap(from_fn(locale))
                .wrap(Condition::new(is_https, https_only)),
        );
    }
}
