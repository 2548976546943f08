//! The API as a whole: the paths and their handlers.

use actix_web::Resource;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use otp_edge::{ErrorHelp, PerIpLimit, catch_panics, not_found, per_ip_limit};

use crate::endpoints::docs::ReferencePage;
use crate::endpoints::whatsapp_webhook::Intake;
use crate::endpoints::{
    cancel_verification, check_message_status, check_verification, create_verification,
    create_webhook_endpoint, create_webhook_listener, docs, explain_message, fetch_webhook_events,
    health, jwks, list_messages, list_test_messages, list_webhook_deliveries, record_outcome,
    replay_webhook_delivery, replay_webhooks, resend_verification, rotate_webhook_secret,
    send_message, show_insights, show_message, show_verification, show_webhook_delivery,
    show_webhook_endpoint, test_webhook_endpoint, whatsapp_webhook,
};
use crate::error::{IN_GUIDE, IN_REFERENCE, OFFERED_BELOW, json_refusals, negotiate_problems};
use crate::openapi::{self, OpenApiDocument};
use crate::options::HttpOptions;
use crate::state::ApiState;

/// The paths of the API, ready to be mounted. Clones share everything, the limit per IP address
/// included.
#[derive(Clone)]
pub struct Api {
    state: Data<ApiState>,
    limit: Option<PerIpLimit>,
    intake: Option<Data<Intake>>,
    internal_health: bool,
    error_help: ErrorHelp,
    document: Data<OpenApiDocument>,
    reference: Data<ReferencePage>,
}

impl Api {
    /// An API over these use cases.
    pub fn new(state: ApiState, options: HttpOptions) -> Self {
        let HttpOptions {
            per_ip,
            trusted_proxies,
            public_url,
            has_guide,
            internal_health,
        } = options;
        let intake = state.whatsapp_webhook.clone();
        let intake = intake.map(|webhook| Intake::new(webhook, trusted_proxies.clone()));
        let document = OpenApiDocument::new(public_url.as_deref(), internal_health);
        Self {
            intake: intake.map(Data::new),
            state: Data::new(state),
            limit: per_ip.map(|quota| PerIpLimit::new(quota, trusted_proxies)),
            internal_health,
            error_help: if has_guide { IN_GUIDE } else { IN_REFERENCE },
            reference: Data::new(ReferencePage::of(&document)),
            document: Data::new(document),
        }
    }

    /// Returns a function that mounts every path of the API, and the answer to any other path. The paths
    /// of health are among them unless they are internal.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let api = self.clone();
        move |app| {
            app.app_data(api.state.clone())
                .app_data(api.error_help)
                .app_data(api.document.clone())
                .app_data(api.reference.clone())
                .app_data(json_refusals());
            // Not limited per IP address: Meta's bursts all come from a few addresses.
            if let Some(intake) = &api.intake {
                app.service(whatsapp_webhook::resource().app_data(intake.clone()));
            }
            for resource in [send_message::resource(), check_message_status::resource()] {
                app.service(api.limited(resource).wrap(from_fn(per_ip_limit)));
            }
            for resource in [
                list_messages::resource(),
                explain_message::resource(),
                show_message::resource(),
                record_outcome::resource(),
                show_insights::resource(),
                list_test_messages::resource(),
                create_verification::resource(),
                show_verification::resource(),
                check_verification::resource(),
                resend_verification::resource(),
                cancel_verification::resource(),
                create_webhook_endpoint::resource(),
                show_webhook_endpoint::resource(),
                rotate_webhook_secret::resource(),
                test_webhook_endpoint::resource(),
                list_webhook_deliveries::resource(),
                show_webhook_delivery::resource(),
                replay_webhook_delivery::resource(),
                replay_webhooks::resource(),
                create_webhook_listener::resource(),
                fetch_webhook_events::resource(),
            ] {
                let limited = api.limited(resource).wrap(from_fn(per_ip_limit));
                let caught = limited.wrap(from_fn(catch_panics));
                app.service(caught.wrap(from_fn(negotiate_problems)));
            }
            let others = web::scope(OFFERED_BELOW).default_service(web::to(not_found));
            app.service(others.wrap(from_fn(negotiate_problems)));
            if !api.internal_health {
                mount_health(app);
            }
            for resource in [
                jwks::resource(),
                openapi::resource(),
                docs::root_resource(),
                docs::page_resource(),
                docs::asset_resource(),
            ] {
                app.service(resource);
            }
            app.default_service(web::to(not_found));
        }
    }

    /// Returns a function that mounts the paths of health, and the answer to any other path.
    pub fn configure_health(&self) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
        let state = self.state.clone();
        move |app| {
            app.app_data(state.clone()).app_data(json_refusals());
            mount_health(app);
            app.default_service(web::to(not_found));
        }
    }

    fn limited(&self, resource: Resource) -> Resource {
        match &self.limit {
            Some(limit) => resource.app_data(limit.clone()),
            None => resource,
        }
    }
}

fn mount_health(app: &mut ServiceConfig) {
    app.service(health::live_resource())
        .service(health::ready_resource());
}
