//! Every route, relative to the prefix at which the sandbox is mounted.
//!
//! `/vN.N/…` is Meta's API, `/control/…` is for tests and developers, and the rest is the page.

mod control;
mod graph;
mod messages;
mod numbers;
mod page;
mod templates;
mod tokens;

use actix_web::{
    guard::{self, GuardContext},
    web::{self, ServiceConfig, delete, get, post},
};

use crate::Sandbox;

/// A longer body breaks the connection; a shorter one that is too long is refused in Meta's shape.
const MAX_BODY_BYTES_READ: usize = 4 * 1024 * 1024;

pub(crate) fn mount(sandbox: &Sandbox, config: &mut ServiceConfig) {
    let graph = web::scope("/v{version:[0-9]+\\.[0-9]+}")
        .app_data(web::Data::new(sandbox.clone()))
        .app_data(web::PayloadConfig::new(MAX_BODY_BYTES_READ))
        .configure(graph_routes);
    let control = web::scope("/control")
        .guard(guard::fn_guard(|context| !is_cross_site(context)))
        .app_data(web::Data::new(sandbox.clone()))
        .app_data(web::PayloadConfig::new(MAX_BODY_BYTES_READ))
        .configure(control::routes);
    config
        .service(graph)
        .service(control)
        .route("/assets/{file}", get().to(page::asset))
        .route("/", get().to(page::index))
        .route("", get().to(page::index));
}

fn graph_routes(config: &mut ServiceConfig) {
    let templates = "/{id}/message_templates";
    let subscriptions = "/{id}/subscribed_apps";
    config
        .route("/{id}/messages", post().to(messages::send))
        .route(templates, get().to(templates::list))
        .route(templates, post().to(templates::create))
        .route(templates, delete().to(templates::delete))
        .route(
            "/{id}/upsert_message_templates",
            post().to(templates::upsert),
        )
        .route("/{id}/phone_numbers", get().to(numbers::list))
        .route(subscriptions, get().to(numbers::subscriptions))
        .route(subscriptions, post().to(numbers::subscribe))
        .route(subscriptions, delete().to(numbers::unsubscribe))
        .route("/debug_token", get().to(tokens::debug_token))
        .route("/{id}", get().to(graph::get_object))
        .route("/{id}", post().to(numbers::configure))
        .route("/{id}/", post().to(numbers::configure))
        .default_service(web::to(graph::unknown_path));
}

/// Returns whether a browser makes this request for another site's page. Without this check any page
/// that a developer visits could reset the sandbox.
fn is_cross_site(context: &GuardContext<'_>) -> bool {
    let site = context.head().headers().get("sec-fetch-site");
    site.is_some_and(|site| site.as_bytes() == b"cross-site")
}
