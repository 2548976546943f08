//! `/dashboard/webhooks/{id}/deliveries/{delivery}`: a delivery with its attempts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::{WebhookEndpointId, WebhookEventId, parse_uuid};
use otp_core::time::Timestamp;
use otp_core::usecases::inspect_webhook_deliveries::ShownAttempt;
use otp_core::webhook::delivery_log::AttemptResult;
use otp_edge::resource_at;

use super::mapping::{DeliveryLine, ShownEndpoint, attempt, outcome, took};
use super::paths::{LIST, path_of};
use super::refusal::refuse;
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "webhook_delivery.html")]
pub(crate) struct DeliveryPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    pub(super) endpoint: ShownEndpoint,
    pub(super) delivery: DeliveryLine,
    /// Its attempts, the newest first.
    pub(super) attempts: Vec<AttemptLine>,
    /// Whether the person may make it again.
    pub(super) may_manage: bool,
}

/// An attempt.
#[derive(Debug, Clone)]
pub(super) struct AttemptLine {
    pub(super) number: u32,
    pub(super) at: Timestamp,
    pub(super) result: AttemptResult,
    /// The beginning of the answer.
    pub(super) answer: Option<String>,
}

impl From<ShownAttempt> for AttemptLine {
    fn from(shown: ShownAttempt) -> Self {
        Self {
            number: shown.attempt.number,
            at: shown.attempt.at,
            result: shown.attempt.result,
            answer: shown.answer.filter(|answer| !answer.is_empty()),
        }
    }
}

impl AttemptLine {
    fn title(&self, page: &Page) -> Markup {
        attempt(page, self.number)
    }

    fn outcome(&self, page: &Page) -> Markup {
        outcome(page, &self.result)
    }

    fn took(&self, page: &Page) -> Markup {
        took(page, &self.result)
    }

    fn has_failed(&self) -> bool {
        self.result.failure.is_some()
    }
}

impl DeliveryPage {
    fn endpoint_path(&self) -> String {
        format!("{}/{}", LIST, self.endpoint.id)
    }

    /// Returns whether it can be made again: a disabled endpoint is not called.
    fn is_repeatable(&self) -> bool {
        self.may_manage && !self.endpoint.is_disabled()
    }
}

/// Mounts the page and its form.
pub(super) fn mount(pages: &mut ServiceConfig) {
    let path = "/webhooks/{id}/deliveries/{delivery}";
    pages.service(resource_at(path).get(show).finish()).service(
        resource_at("/webhooks/{id}/deliveries/{delivery}/replay")
            .post(replay)
            .finish(),
    );
}

async fn show(visit: Visit, path: Path<(String, String)>) -> HttpResponse {
    shown(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn replay(visit: Visit, path: Path<(String, String)>, payload: Payload) -> HttpResponse {
    let replayed = replayed(&visit, &path, payload).await;
    replayed.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit, path: &(String, String)) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let ids = ids_of(path);
    let (id, event) = ids.ok_or_else(|| visit.problem(Problem::NotFound))?;
    let manage = visit.state.manage_own_webhooks.clone();
    let (may_manage, of) = (manage.may_manage(&viewer), viewer.clone());
    let found = visit.run(async move {
        let own = manage.find(&of, id).await?;
        let delivery = manage.show_delivery(&own, event).await?;
        Ok((own, delivery))
    });
    let found = found.await?;
    let (own, found) = found.map_err(|error| refuse(visit, &path_of(id), error))?;
    let attempts = found.attempts.into_iter().rev();
    let page = DeliveryPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::Webhooks),
        endpoint: ShownEndpoint::from(own),
        delivery: DeliveryLine::from(found.delivery),
        attempts: attempts.map(AttemptLine::from).collect(),
        may_manage,
    };
    Ok(answer::page(StatusCode::OK, &page))
}

async fn replayed(
    visit: &Visit,
    path: &(String, String),
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let ids = ids_of(path);
    let (id, event) = ids.ok_or_else(|| visit.problem(Problem::NotFound))?;
    let manage = visit.state.manage_own_webhooks.clone();
    let replayed = visit.run(async move { manage.replay(&viewer, id, event).await });
    let here = path_of(id);
    replayed
        .await?
        .map_err(|error| refuse(visit, &here, error))?;
    Ok(answer::go_to(&format!("{here}/deliveries/{event}")))
}

/// Reads the ids in a path.
fn ids_of((endpoint, event): &(String, String)) -> Option<(WebhookEndpointId, WebhookEventId)> {
    let (endpoint, event) = (parse_uuid(endpoint).ok()?, parse_uuid(event).ok()?);
    Some((WebhookEndpointId(endpoint), WebhookEventId(event)))
}
