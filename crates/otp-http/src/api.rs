//! The API as a whole: which path leads where.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};

use crate::fallback::{get_only, post_only};
use crate::options::HttpOptions;
use crate::rate_limit::{PerIpLimit, per_ip_limit};
use crate::state::ApiState;
use crate::{check_message_status, health, send_message};

/// The API's paths, ready to be mounted; clones share everything, the limit per IP address included.
#[derive(Clone)]
pub struct Api {
    state: Data<ApiState>,
    limit: Option<Data<PerIpLimit>>,
}

impl Api {
    /// An API over these use cases.
    pub fn new(state: ApiState, options: HttpOptions) -> Self {
        Self {
            state: Data::new(state),
            limit: PerIpLimit::new(&options).map(Data::new),
        }
    }

    /// Mounts every path.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let Self { state, limit } = self.clone();
        move |app| {
            app.app_data(state.clone());
            if let Some(limit) = &limit {
                app.app_data(limit.clone());
            }
            app.service(
                post_only(send_message::PATH, |route| route.to(send_message::post))
                    .wrap(from_fn(per_ip_limit)),
            )
            .service(
                post_only(check_message_status::PATH, |route| {
                    route.to(check_message_status::post)
                })
                .wrap(from_fn(per_ip_limit)),
            )
            .service(get_only(health::LIVE, |route| route.to(health::live)))
            .service(get_only(health::READY, |route| route.to(health::ready)));
        }
    }
}
