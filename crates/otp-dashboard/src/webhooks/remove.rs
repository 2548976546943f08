//! `/dashboard/webhooks/{id}/remove`: asks before an endpoint is removed with its deliveries.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_edge::resource_at;

use super::mapping::ShownEndpoint;
use super::paths::{LIST, id_of, list_of, path_of};
use super::refusal::refuse;
use crate::answer;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "webhook_remove.html")]
pub(crate) struct RemoveWebhookPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    pub(super) endpoint: ShownEndpoint,
}

impl RemoveWebhookPage {
    fn endpoint_path(&self) -> String {
        format!("{}/{}", LIST, self.endpoint.id)
    }
}

pub(super) fn resource() -> Resource {
    resource_at("/webhooks/{id}/remove")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    asked(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let removed = removed(&visit, &path, payload).await;
    removed.unwrap_or_else(|answer| answer)
}

async fn asked(visit: &Visit, path: &str) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let here = format!("{}/remove", path_of(id));
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let found = visit.run(async move {
        let own = manage.find_managed(&of, id).await?;
        manage.require_fresh_manager(&of)?;
        Ok(own)
    });
    let own = found.await?.map_err(|error| refuse(visit, &here, error))?;
    let page = RemoveWebhookPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::Webhooks),
        endpoint: ShownEndpoint::from(own),
    };
    Ok(answer::page(StatusCode::OK, &page))
}

async fn removed(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let here = format!("{}/remove", path_of(id));
    let manage = visit.state.manage_own_webhooks.clone();
    let removed = visit.run(async move { manage.remove(&viewer, id).await });
    let mode = removed
        .await?
        .map_err(|error| refuse(visit, &here, error))?;
    Ok(answer::go_to(&list_of(mode)))
}
