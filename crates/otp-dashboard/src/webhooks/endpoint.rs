//! `/dashboard/webhooks/{id}`: an endpoint, its deliveries, and what can be done with it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::page::Cursor;
use otp_core::usecases::manage_own_webhooks::OwnEndpoint;
use otp_core::usecases::manage_webhook_endpoints::WebhookEndpointEdit;
use otp_core::usecases::resume_session::Viewer;
use otp_core::webhook::WebhookSecret;
use otp_core::webhook::delivery_log::DeliveryFilter;
use otp_edge::resource_at;

use super::mapping::{DeliveryLine, ShownEndpoint};
use super::paths::{LIST, id_of, list_of, path_of};
use super::refusal::refuse;
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "webhook.html")]
pub(crate) struct WebhookPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    pub(super) endpoint: ShownEndpoint,
    /// The path of the list that it is in.
    pub(super) back: String,
    /// Whether the person may change it.
    pub(super) may_manage: bool,
    /// Its secret, which is shown once.
    pub(super) secret: Option<String>,
    /// How many deliveries are made again since a moment ago.
    pub(super) recovered: Option<u64>,
    pub(super) filter: DeliveryFilter,
    pub(super) deliveries: Vec<DeliveryLine>,
    /// The cursor of the deliveries before these.
    pub(super) older: Option<String>,
    /// Whether these are not the newest.
    pub(super) is_older: bool,
}

impl WebhookPage {
    fn path(&self) -> String {
        format!("{}/{}", LIST, self.endpoint.id)
    }

    fn shows_all(&self) -> bool {
        self.filter == DeliveryFilter::All
    }

    /// Returns whether it can be changed: a listener cannot.
    fn is_changeable(&self) -> bool {
        self.may_manage && self.endpoint.url.is_some()
    }

    /// Returns whether something can be delivered to it.
    fn is_deliverable(&self) -> bool {
        self.may_manage && !self.endpoint.is_disabled()
    }

    /// Returns the rest of the address of these deliveries.
    fn older_query(&self) -> Option<String> {
        let cursor = self.older.as_ref()?;
        Some(match self.filter {
            DeliveryFilter::All => format!("?cursor={cursor}"),
            DeliveryFilter::Undelivered => format!("?state=undelivered&cursor={cursor}"),
        })
    }

    fn newest_query(&self) -> &'static str {
        match self.filter {
            DeliveryFilter::All => "",
            DeliveryFilter::Undelivered => "?state=undelivered",
        }
    }

    fn failing_words(&self) -> Option<Markup> {
        let since = self.endpoint.failing_since()?;
        let ends = since + otp_core::webhook::DISABLED_AFTER;
        let (since, ends) = (minute(since), minute(ends));
        let values = [
            ("since", Value::Code(&since)),
            ("until", Value::Code(&ends)),
        ];
        Some(self.page.say_all("webhook-failing-text", &values))
    }

    fn recovered_words(&self) -> Option<Markup> {
        let count = self.recovered?;
        let values = [("count", Value::Number(count))];
        Some(self.page.say_all("webhook-recovered", &values))
    }
}

/// Writes an instant to the minute, in UTC.
fn minute(at: otp_core::time::Timestamp) -> String {
    let text = at.to_rfc3339();
    let minute = text.get(..16).unwrap_or(&text);
    format!("{} UTC", minute.replace('T', " "))
}

/// Mounts the page and its forms.
pub(super) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/webhooks/{id}").get(show).finish())
        .service(resource_at("/webhooks/{id}/enable").post(enable).finish())
        .service(resource_at("/webhooks/{id}/disable").post(disable).finish())
        .service(resource_at("/webhooks/{id}/rotate").post(rotate).finish())
        .service(resource_at("/webhooks/{id}/test").post(test).finish());
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    shown(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn enable(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let changed = set_enabled(&visit, &path, payload, true).await;
    changed.unwrap_or_else(|answer| answer)
}

async fn disable(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let changed = set_enabled(&visit, &path, payload, false).await;
    changed.unwrap_or_else(|answer| answer)
}

async fn rotate(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let rotated = rotated(&visit, &path, payload).await;
    rotated.unwrap_or_else(|answer| answer)
}

async fn test(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let tested = tested(&visit, &path, payload).await;
    tested.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit, path: &str) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let found = visit.run(async move { manage.find(&of, id).await });
    let own = found.await?;
    let own = own.map_err(|error| refuse(visit, &path_of(id), error))?;
    let page = page_of(visit, &viewer, own).await?;
    Ok(answer::page(StatusCode::OK, &page))
}

async fn set_enabled(
    visit: &Visit,
    path: &str,
    payload: Payload,
    enabled: bool,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let edit = WebhookEndpointEdit {
        enabled: Some(enabled),
        ..WebhookEndpointEdit::default()
    };
    let manage = visit.state.manage_own_webhooks.clone();
    let changed = visit.run(async move { manage.change(&viewer, id, edit).await });
    let here = path_of(id);
    changed
        .await?
        .map_err(|error| refuse(visit, &here, error))?;
    Ok(answer::go_to(&here))
}

async fn rotated(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let rotated = visit.run(async move {
        let secret = manage.rotate_secret(&of, id).await?;
        Ok((manage.find(&of, id).await?, secret))
    });
    let rotated = rotated.await?;
    let (own, secret) = rotated.map_err(|error| refuse(visit, &path_of(id), error))?;
    with_secret(visit, &viewer, own, &secret).await
}

/// Sends a test event, and shows its delivery.
async fn tested(visit: &Visit, path: &str, payload: Payload) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let manage = visit.state.manage_own_webhooks.clone();
    let tested = visit.run(async move { manage.test(&viewer, id).await });
    let here = path_of(id);
    let event = tested.await?.map_err(|error| refuse(visit, &here, error))?;
    Ok(answer::go_to(&format!("{here}/deliveries/{event}")))
}

/// Shows an endpoint with its secret.
pub(super) async fn with_secret(
    visit: &Visit,
    viewer: &Viewer,
    own: OwnEndpoint,
    secret: &WebhookSecret,
) -> Result<HttpResponse, HttpResponse> {
    let mut page = page_of(visit, viewer, own).await?;
    page.secret = Some(secret.to_text().to_string());
    Ok(answer::page(StatusCode::OK, &page))
}

/// Returns the page of an endpoint, with those of its deliveries that are asked for.
async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    own: OwnEndpoint,
) -> Result<WebhookPage, HttpResponse> {
    let filter = match visit.parameter("state").as_str() {
        "undelivered" => DeliveryFilter::Undelivered,
        _ => DeliveryFilter::All,
    };
    let cursor = match visit.parameter("cursor").as_str() {
        "" => None,
        text => Some(Cursor::parse(text).map_err(|_| visit.problem(Problem::NotFound))?),
    };
    let manage = visit.state.manage_own_webhooks.clone();
    let (may_manage, mode) = (manage.may_manage(viewer), own.mode);
    let here = path_of(own.endpoint.id);
    let listed = visit.run(async move {
        let deliveries = manage.list_deliveries(&own, filter, cursor).await?;
        Ok((own, deliveries))
    });
    let (own, deliveries) = listed.await?.map_err(|error| refuse(visit, &here, error))?;
    Ok(WebhookPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Webhooks),
        endpoint: ShownEndpoint::from(own),
        back: list_of(mode),
        may_manage,
        secret: None,
        recovered: visit.parameter("recovered").parse().ok(),
        filter,
        older: deliveries.next.map(|cursor| cursor.to_string()),
        deliveries: deliveries
            .items
            .into_iter()
            .map(DeliveryLine::from)
            .collect(),
        is_older: cursor.is_some(),
    })
}
