//! The API as a whole: which path leads where.

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};

use crate::fallback::{get_and_post, get_only, not_found, post_only};
use crate::openapi::OpenApiDocument;
use crate::options::HttpOptions;
use crate::rate_limit::{PerIpLimit, per_ip_limit};
use crate::state::ApiState;
use crate::whatsapp_webhook::{self, Intake};
use crate::{
    check_message_status, docs, explain_message, health, list_messages, openapi, send_message,
    show_message,
};

/// The API's paths, ready to be mounted; clones share everything, the limit per IP address included.
#[derive(Clone)]
pub struct Api {
    state: Data<ApiState>,
    limit: Option<Data<PerIpLimit>>,
    intake: Option<Data<Intake>>,
    document: Data<OpenApiDocument>,
}

impl Api {
    /// An API over these use cases.
    pub fn new(state: ApiState, options: HttpOptions) -> Self {
        let intake = state.whatsapp_webhook.clone().map(Intake::new);
        Self {
            intake: intake.map(Data::new),
            state: Data::new(state),
            limit: PerIpLimit::new(&options).map(Data::new),
            document: Data::new(OpenApiDocument::new(options.public_url.as_deref())),
        }
    }

    /// Mounts every path, and the answer to any other.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let Self {
            state,
            limit,
            intake,
            document,
        } = self.clone();
        move |app| {
            app.app_data(state.clone()).app_data(document.clone());
            if let Some(limit) = &limit {
                app.app_data(limit.clone());
            }
            // Not limited per IP address: all of Meta's bursts come from a few.
            if let Some(intake) = &intake {
                app.app_data(intake.clone());
                app.service(get_and_post(
                    whatsapp_webhook::PATH,
                    web::to(whatsapp_webhook::get),
                    web::to(whatsapp_webhook::post),
                ));
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
            .service(
                get_only(list_messages::PATH, |route| route.to(list_messages::get))
                    .wrap(from_fn(per_ip_limit)),
            )
            .service(
                post_only(explain_message::PATH, |route| {
                    route.to(explain_message::post)
                })
                .wrap(from_fn(per_ip_limit)),
            )
            .service(
                get_only(show_message::PATH, |route| route.to(show_message::get))
                    .wrap(from_fn(per_ip_limit)),
            )
            .service(get_only(health::LIVE, |route| route.to(health::live)))
            .service(get_only(health::READY, |route| route.to(health::ready)))
            .service(get_only(openapi::PATH, |route| route.to(openapi::get)))
            .service(get_only(docs::ROOT, |route| route.to(docs::root)))
            .service(get_only(docs::PAGE, |route| route.to(docs::page)))
            .service(get_only(docs::ASSET, |route| route.to(docs::asset)))
            .default_service(web::to(not_found));
        }
    }
}
