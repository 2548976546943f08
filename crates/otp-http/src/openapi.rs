//! `GET /openapi.json`: the description of the API (OpenAPI 3.1), generated from the code.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, Resource};
use otp_edge::resource_at;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Server};
use utoipa::{Modify, OpenApi};

use crate::endpoints::{
    cancel_verification, change_webhook_endpoint, check_message_status, check_verification,
    create_verification, create_webhook_endpoint, create_webhook_listener, explain_message,
    fetch_webhook_events, health, jwks, list_messages, list_test_messages, list_verifications,
    list_webhook_deliveries, list_webhook_endpoints, record_outcome, remove_webhook_endpoint,
    replay_webhook_delivery, replay_webhooks, resend_verification, rotate_webhook_secret,
    send_message, show_insights, show_message, show_verification, show_webhook_delivery,
    show_webhook_endpoint, test_webhook_endpoint,
};
use crate::error::{Problem, offer_problems};
use crate::wire::{ErrorBody, VerificationStatusName};

const PATH: &str = "/openapi.json";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

/// The document as JSON, generated once.
pub(crate) struct OpenApiDocument(Bytes);

impl OpenApiDocument {
    /// Returns the document of a service that clients reach at `public_url`, without the paths of health
    /// if those are internal.
    pub(crate) fn new(public_url: Option<&str>, internal_health: bool) -> Self {
        let mut document = Document::openapi();
        if internal_health {
            let health = [health::LIVE, health::READY];
            let paths = &mut document.paths.paths;
            paths.retain(|path, _| !health.contains(&path.as_str()));
            if let Some(tags) = &mut document.tags {
                tags.retain(|tag| tag.name != health::TAG);
            }
        }
        document.info.description = Some(DESCRIPTION.to_owned());
        document.servers = Some(vec![Server::new(public_url.unwrap_or("/"))]);
        Self(document.to_json().unwrap_or_default().into())
    }

    /// Returns the document for a program to read.
    pub(crate) fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

async fn get(document: Data<OpenApiDocument>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("Cache-Control", "no-cache"))
        .body(document.0.clone())
}

/// The introduction of the document.
const DESCRIPTION: &str = "\
One-time passcodes over WhatsApp and by e-mail.

Every request except those for health and for public keys carries an API key in `X-Api-Key`. Bodies are JSON of at most \
16 KiB. Unknown fields of a body are ignored; unknown parameters of a query are refused. Requests are \
limited per IP address.

Errors are JSON: `errorMessage` is a stable code for programs, `description` a sentence for people, \
`requestId` the id of the request. Sentences are in the language of `Accept-Language`: Arabic (`ar`) or \
English (`en`). `errorMessage` is a sentence in two cases: during a cooldown, and when WhatsApp refuses \
the message.

Below `/v1`, errors are `application/problem+json` (RFC 9457) if `Accept` names it and prefers it to \
JSON: `type` links to the code on the page of this reference, `detail` is the `description`.";

#[derive(OpenApi)]
#[openapi(
    info(title = "OTP gateway", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(
        send_message::post,
        check_message_status::post,
        list_messages::get,
        show_message::get,
        explain_message::post,
        record_outcome::post,
        list_test_messages::get,
        create_verification::post,
        check_verification::post,
        resend_verification::post,
        cancel_verification::post,
        show_verification::get,
        list_verifications::get,
        show_insights::get,
        create_webhook_endpoint::post,
        list_webhook_endpoints::get,
        show_webhook_endpoint::get,
        change_webhook_endpoint::patch,
        remove_webhook_endpoint::delete,
        rotate_webhook_secret::post,
        test_webhook_endpoint::post,
        list_webhook_deliveries::get,
        show_webhook_delivery::get,
        replay_webhook_delivery::post,
        replay_webhooks::post,
        create_webhook_listener::post,
        fetch_webhook_events::post,
        jwks::get,
        health::live,
        health::ready,
    ),
    components(schemas(ErrorBody, Problem, VerificationStatusName)),
    modifiers(&ApiKeyScheme, &Problems),
    tags(
        (name = "Messages", description = "Send passcodes and follow their status."),
        (name = "Verifications", description = "Let the service make the code, deliver it and check it."),
        (name = "Insights", description = "See how far messages get and how many codes are typed."),
        (name = "Webhooks", description = "Get events at your servers, or on your own machine."),
        (name = "Tests", description = "Read what test keys sent."),
        (name = "Proofs", description = "Check proofs of verifications."),
        (name = health::TAG, description = "For load balancers and operators."),
    ),
)]
struct Document;

struct Problems;

impl Modify for Problems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        offer_problems(openapi);
    }
}

struct ApiKeyScheme;

impl Modify for ApiKeyScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let description =
            "Your API key. Keep it on your servers, never in an app, a page or a repository.";
        let key = ApiKeyValue::with_description("X-Api-Key", description);
        openapi
            .components
            .get_or_insert_with(Components::new)
            .add_security_scheme("ApiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}
