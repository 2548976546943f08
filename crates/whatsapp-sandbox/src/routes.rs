//! Every route, below whatever prefix the sandbox is mounted at.
//!
//! `/vN.N/…` is Meta's, `/control/…` is for tests and developers, the rest is the page.

mod control;
mod graph;
mod messages;
mod numbers;
mod page;
mod templates;

use actix_web::{
    guard::{self, GuardContext},
    web::{self, ServiceConfig},
};

use crate::Sandbox;

/// Bodies are read up to here, so that a caller who sends too much is told so in Meta's words
/// instead of seeing the connection break.
const MOST_BYTES_READ: usize = 4 * 1024 * 1024;

pub(crate) fn mount(sandbox: &Sandbox, config: &mut ServiceConfig) {
    let graph = web::scope("/v{version:[0-9]+\\.[0-9]+}")
        .app_data(web::Data::new(sandbox.clone()))
        .app_data(web::PayloadConfig::new(MOST_BYTES_READ))
        .configure(graph_routes);
    let control = web::scope("/control")
        .guard(guard::fn_guard(|context| !is_from_another_site(context)))
        .app_data(web::Data::new(sandbox.clone()))
        .app_data(web::PayloadConfig::new(MOST_BYTES_READ))
        .configure(control_routes);
    config
        .service(graph)
        .service(control)
        .route("/assets/{file}", web::get().to(page::asset))
        .route("/", web::get().to(page::index))
        .route("", web::get().to(page::index));
}

fn graph_routes(config: &mut ServiceConfig) {
    config
        .route("/{id}/messages", web::post().to(messages::send))
        .route("/{id}/message_templates", web::get().to(templates::list))
        .route("/{id}/message_templates", web::post().to(templates::create))
        .route(
            "/{id}/message_templates",
            web::delete().to(templates::delete),
        )
        .route(
            "/{id}/upsert_message_templates",
            web::post().to(templates::upsert),
        )
        .route("/{id}/phone_numbers", web::get().to(numbers::list))
        .route("/{id}/register", web::post().to(numbers::register))
        .route("/{id}/deregister", web::post().to(numbers::deregister))
        .route(
            "/{id}/subscribed_apps",
            web::get().to(numbers::subscriptions),
        )
        .route("/{id}/subscribed_apps", web::post().to(numbers::subscribe))
        .route(
            "/{id}/subscribed_apps",
            web::delete().to(numbers::unsubscribe),
        )
        .route("/{id}", web::get().to(graph::get_object))
        .route("/{id}", web::post().to(graph::post_object))
        .route("/{id}/", web::get().to(graph::get_object))
        .route("/{id}/", web::post().to(graph::post_object))
        .default_service(web::to(graph::unknown_path));
}

fn control_routes(config: &mut ServiceConfig) {
    config
        .route("", web::get().to(control::overview))
        .route("/calls", web::get().to(control::calls))
        .route("/phones", web::get().to(control::phones))
        .route(
            "/phones/{number}/messages",
            web::get().to(control::messages),
        )
        .route(
            "/phones/{number}/messages/next",
            web::get().to(control::next_message),
        )
        .route("/events", web::get().to(page::events))
        .route("/hold", web::post().to(control::hold))
        .route("/release", web::post().to(control::release))
        .route("/reset", web::post().to(control::reset))
        .route("/test-numbers", web::get().to(control::test_numbers))
        .route("/numbers", web::get().to(control::setup::scripts))
        .route(
            "/numbers/{number}",
            web::put().to(control::setup::put_script),
        )
        .route(
            "/numbers/{number}",
            web::get().to(control::setup::get_script),
        )
        .route(
            "/numbers/{number}",
            web::delete().to(control::setup::delete_script),
        )
        .route(
            "/templates",
            web::put().to(control::templates::set_template_status),
        )
        .route("/review", web::put().to(control::templates::put_review))
        .route(
            "/accounts/{waba}",
            web::put().to(control::setup::put_account),
        )
        .route(
            "/accounts/{waba}/numbers/{id}",
            web::put().to(control::setup::put_number),
        )
        .route("/tokens", web::put().to(control::blocks::put_tokens))
        .route("/blocks/{id}", web::put().to(control::blocks::put))
        .route("/blocks/{id}", web::delete().to(control::blocks::delete))
        .route("/chaos", web::put().to(control::setup::put_chaos))
        .route("/limits", web::put().to(control::setup::put_limits))
        .route("/life", web::put().to(control::webhook::put_life))
        .route("/webhook", web::put().to(control::receivers::put))
        .route("/webhook", web::get().to(control::receivers::get))
        .route("/webhook", web::delete().to(control::receivers::delete))
        .route("/receivers", web::get().to(control::receivers::list))
        .route("/receivers/{name}", web::put().to(control::receivers::put))
        .route("/receivers/{name}", web::get().to(control::receivers::get))
        .route(
            "/receivers/{name}",
            web::delete().to(control::receivers::delete),
        )
        .route("/webhook/events", web::post().to(control::webhook::emit))
        .route("/webhooks", web::get().to(control::webhook::log))
        .route(
            "/phones/{number}/replies",
            web::post().to(control::phone::reply),
        )
        .route(
            "/phones/{number}/messages/{id}/read",
            web::post().to(control::phone::mark_read),
        );
}

/// Whether a browser says that another site's page makes this request. Without this any page a
/// developer visits could reset the sandbox or hold its sends.
fn is_from_another_site(context: &GuardContext<'_>) -> bool {
    let site = context.head().headers().get("sec-fetch-site");
    site.is_some_and(|site| site.as_bytes() == b"cross-site")
}
