//! The pages as a whole: their paths, and what every request passes.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use otp_edge::{
    PerIpLimit, PerIpQuota, TrustedProxies, catch_panics, not_found, per_ip_limit_of_forms,
};

use crate::assets::{self, Assets};
use crate::error_page::refusals;
use crate::guard::{Site, same_origin};
use crate::locale::locale;
use crate::state::DashboardState;
use crate::{
    code_page, keys, overview, password_page, prove_page, reset_password, second_factor, settings,
    sign_in, sign_out, sign_up,
};

/// Forms of sign-in from one address.
const SIGN_INS: PerIpQuota = PerIpQuota::per_period(some(10), Duration::from_secs(60));

/// Forms from one address that send a code or check one.
const CODES: PerIpQuota = PerIpQuota::per_period(some(30), Duration::from_secs(60 * 60));

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
}

impl Dashboard {
    /// Loads the assets.
    pub fn new(options: DashboardOptions) -> Self {
        let site = Site {
            origin: options.public_origin,
            assets: Data::new(Assets::load()),
        };
        let limit = |quota| PerIpLimit::new(quota, options.trusted_proxies.clone());
        Self {
            site: Data::new(site),
            sign_ins: limit(SIGN_INS),
            codes: limit(CODES),
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
                scope.wrap(from_fn(per_ip_limit_of_forms))
            };
            dashboard.mount(app, sign_in::PATH, |pages| {
                let sign_in = limited(&dashboard.sign_ins, &|pages| {
                    pages
                        .service(sign_in::resource())
                        .service(code_page::resource());
                });
                pages.app_data(state.clone()).service(sign_in);
            });
            dashboard.mount(app, "/sign-up", |pages| {
                let sign_up = limited(&dashboard.codes, &sign_up::mount);
                pages.app_data(state.clone()).service(sign_up);
            });
            dashboard.mount(app, "/password", |pages| {
                let reset = limited(&dashboard.codes, &reset_password::mount);
                pages.app_data(state.clone()).service(reset);
            });
            dashboard.mount(app, "/sign-out", |pages| {
                pages.app_data(state.clone()).service(sign_out::resource());
            });
            dashboard.mount(app, sign_in::HOME, |pages| {
                pages
                    .app_data(state.clone())
                    .service(overview::resource())
                    .service(prove_page::resource())
                    .service(password_page::resource())
                    .configure(keys::mount)
                    .configure(second_factor::mount)
                    .configure(settings::mount);
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
        let scope = web::scope(path)
            .app_data(refusals(self.assets()))
            .app_data(self.assets())
            .app_data(self.site.clone())
            .configure(pages)
            .default_service(web::to(not_found));
        let site = self.site.clone();
        let guard = from_fn(move |request, next| same_origin(site.clone(), request, next));
        // The last one is the first that a request passes.
        app.service(
            scope
                .wrap(from_fn(catch_panics))
                .wrap(guard)
                .wrap(from_fn(locale)),
        );
    }
}
