//! The pages as a whole: their paths, and what every request passes.

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use otp_edge::{catch_panics, not_found};

use crate::assets::{self, Assets};
use crate::error_page::refusals;
use crate::guard::{Site, same_origin};
use crate::locale::locale;

/// The path of the account holder's pages, and the beginning of all of them.
const DASHBOARD: &str = "/dashboard";

/// The surroundings of the pages.
#[derive(Debug, Clone, Default)]
pub struct DashboardOptions {
    /// The address under which browsers reach the gateway, without a path; `None` if it is not configured. Forms from
    /// any other are refused.
    pub public_origin: Option<String>,
}

/// The pages, ready to be mounted. Clones share everything.
#[derive(Clone)]
pub struct Dashboard {
    site: Data<Site>,
}

impl Dashboard {
    /// Loads the assets.
    pub fn new(options: DashboardOptions) -> Self {
        let site = Site {
            origin: options.public_origin,
            assets: Data::new(Assets::load()),
        };
        Self {
            site: Data::new(site),
        }
    }

    /// Returns a function that mounts the pages and their assets. Any other path is left to whoever mounts it.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let dashboard = self.clone();
        move |app| {
            dashboard.mount_assets(app);
            dashboard.mount(app, DASHBOARD, |_| {});
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
