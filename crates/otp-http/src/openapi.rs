//! `GET /openapi.json`: the API's description (OpenAPI 3.1), made from the code.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, Resource};
use otp_edge::resource_at;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Server};
use utoipa::{Modify, OpenApi};

use crate::endpoints::{
    check_message_status, explain_message, health, list_messages, send_message, show_message,
};
use crate::wire::ErrorBody;

const PATH: &str = "/openapi.json";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

/// The document, written out once.
pub(crate) struct OpenApiDocument(Bytes);

impl OpenApiDocument {
    /// The document of a service that clients reach at `public_url`.
    pub(crate) fn new(public_url: Option<&str>) -> Self {
        let mut document = Document::openapi();
        document.info.description = Some(DESCRIPTION.to_owned());
        document.servers = Some(vec![Server::new(public_url.unwrap_or("/"))]);
        Self(document.to_json().unwrap_or_default().into())
    }
}

async fn get(document: Data<OpenApiDocument>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("Cache-Control", "no-cache"))
        .body(document.0.clone())
}

/// What the document says of the whole.
const DESCRIPTION: &str = "\
One-time passcodes over WhatsApp.

Every request but those for health carries an API key in `X-Api-Key`. Bodies are JSON of at most 16 KiB; \
fields the service does not know are ignored, parameters of a query are not. Requests are limited per IP \
address.

Errors are JSON: `errorMessage` is a stable code to act on, `description` a sentence for people, \
`requestId` the name of the request. Sentences are in the language of `Accept-Language`: Arabic (`ar`) or \
English (`en`). Twice `errorMessage` is a sentence instead: while a recipient has to wait, and where \
WhatsApp refuses a message, in its own words.";

#[derive(OpenApi)]
#[openapi(
    info(title = "OTP gateway", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(
        send_message::post,
        check_message_status::post,
        list_messages::get,
        show_message::get,
        explain_message::post,
        health::live,
        health::ready,
    ),
    components(schemas(ErrorBody)),
    modifiers(&ApiKeyScheme),
    tags(
        (name = "Messages", description = "Sending passcodes, and what became of them."),
        (name = "Health", description = "For load balancers and people on call."),
    ),
)]
struct Document;

struct ApiKeyScheme;

impl Modify for ApiKeyScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let description =
            "Your API key. Keep it on your servers: never in an app, a page or a repository.";
        let key = ApiKeyValue::with_description("X-Api-Key", description);
        openapi
            .components
            .get_or_insert_with(Components::new)
            .add_security_scheme("ApiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}
