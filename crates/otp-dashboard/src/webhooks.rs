//! `/dashboard/webhooks`: the webhook endpoints of an account. Those of test keys are at `?mode=test`.

mod delivery;
mod edit;
mod endpoint;
mod mapping;
mod paths;
mod recover;
mod refusal;
mod remove;
mod samples;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_edge::resource_at;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::visit::Visit;
use mapping::ShownEndpoint;
use paths::LIST;
use refusal::refuse;

pub(crate) use delivery::DeliveryPage;
pub(crate) use edit::EditWebhookPage;
pub(crate) use endpoint::WebhookPage;
pub(crate) use recover::RecoverPage;
pub(crate) use remove::RemoveWebhookPage;

#[derive(Template)]
#[template(path = "webhooks.html")]
pub(crate) struct WebhooksPage {
    page: Page,
    frame: Frame,
    /// Whether the endpoints of test keys are shown.
    is_test: bool,
    endpoints: Vec<ShownEndpoint>,
    /// Whether the person may change endpoints.
    may_manage: bool,
}

/// Mounts the pages and their forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/webhooks").get(show).finish())
        .configure(edit::mount)
        .configure(endpoint::mount)
        .service(recover::resource())
        .service(remove::resource())
        .configure(delivery::mount);
}

async fn show(visit: Visit) -> HttpResponse {
    list(&visit).await.unwrap_or_else(|answer| answer)
}

async fn list(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let mode = visit.mode();
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let may_manage = manage.may_manage(&viewer);
    let listed = visit.run(async move { manage.list(&of, mode).await });
    let endpoints = listed.await?.map_err(|error| refuse(visit, LIST, error))?;
    let page = WebhooksPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::Webhooks),
        is_test: mode == ApiKeyMode::Test,
        endpoints: endpoints.into_iter().map(ShownEndpoint::from).collect(),
        may_manage,
    };
    Ok(answer::page(StatusCode::OK, &page))
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let of_pages = [
        "webhook-failing-text",
        "webhook-new",
        "webhook-recovered",
        "webhook-took",
    ];
    let of_parts = mapping::keys().into_iter().chain(recover::keys());
    of_pages.into_iter().chain(of_parts).collect()
}
