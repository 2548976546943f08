//! `/dashboard/webhooks/{id}/recover`: makes again what an endpoint has not accepted since a time.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::page::Cursor;
use otp_core::usecases::manage_own_webhooks::OwnEndpoint;
use otp_core::webhook::endpoint::EndpointStanding;
use otp_edge::resource_at;

use super::mapping::ShownEndpoint;
use super::paths::{LIST, id_of, path_of};
use super::refusal::refuse;
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;
use crate::visit::Visit;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// How far back deliveries may be made again, in hours, each with the key of its words. They are kept for 30 days.
const RANGES: [(u32, &str); 5] = [
    (1, "recover-1-hour"),
    (6, "recover-6-hours"),
    (24, "recover-24-hours"),
    (72, "recover-3-days"),
    (720, "recover-30-days"),
];

/// The range that is chosen if the endpoint works, or works again.
const USUAL: u32 = 24;

#[derive(Template)]
#[template(path = "webhook_recover.html")]
pub(crate) struct RecoverPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    pub(super) endpoint: ShownEndpoint,
    /// The chosen range, in hours.
    pub(super) hours: u32,
    /// The part that is done, if there is more to do.
    pub(super) progress: Option<Progress>,
}

/// The part of the deliveries that is done.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    pub(super) count: u64,
    pub(super) cursor: String,
}

impl RecoverPage {
    fn endpoint_path(&self) -> String {
        format!("{}/{}", LIST, self.endpoint.id)
    }

    const fn ranges(&self) -> [(u32, &'static str); 5] {
        RANGES
    }

    fn is_chosen(&self, hours: &u32) -> bool {
        self.hours == *hours
    }
}

impl Progress {
    fn words(&self, page: &Page) -> Markup {
        page.say_all("recover-more", &[("count", Value::Number(self.count))])
    }
}

pub(super) fn resource() -> Resource {
    resource_at("/webhooks/{id}/recover")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    asked(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let recovered = recovered(&visit, &path, payload).await;
    recovered.unwrap_or_else(|answer| answer)
}

async fn asked(visit: &Visit, path: &str) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let manage = visit.state.manage_own_webhooks.clone();
    let (of, now) = (viewer.clone(), manage.endpoints.clock.now());
    let found = visit.run(async move { manage.find_managed(&of, id).await });
    let here = path_of(id);
    let own = found.await?.map_err(|error| refuse(visit, &here, error))?;
    if own.endpoint.standing != EndpointStanding::Enabled {
        return Ok(answer::go_to(&here));
    }
    let failing = own.failing_since.map(|since| now.since(since));
    let page = RecoverPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::Webhooks),
        hours: failing.map_or(USUAL, covering),
        endpoint: ShownEndpoint::from(own),
        progress: None,
    };
    Ok(answer::page(StatusCode::OK, &page))
}

async fn recovered(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let hours = typed.get("hours").parse().unwrap_or(USUAL);
    let is_offered = RANGES.iter().any(|(offered, _)| *offered == hours);
    let hours = if is_offered { hours } else { USUAL };
    let cursor = match typed.get("cursor") {
        "" => None,
        text => Some(Cursor::parse(text).map_err(|_| visit.problem(Problem::UnreadableForm))?),
    };
    let manage = visit.state.manage_own_webhooks.clone();
    let since = manage.endpoints.clock.now() - HOUR * hours;
    let of = viewer.clone();
    let recovered = visit.run(async move {
        let own = manage.find_managed(&of, id).await?;
        let recovered = manage.recover(&of, id, (since, cursor)).await?;
        Ok::<(OwnEndpoint, _), _>((own, recovered))
    });
    let here = path_of(id);
    let (own, recovered) = recovered
        .await?
        .map_err(|error| refuse(visit, &here, error))?;
    let before: u64 = typed.get("count").parse().unwrap_or_default();
    let count = u64::try_from(recovered.count).unwrap_or(u64::MAX);
    let count = before.saturating_add(count);
    let Some(next) = recovered.next else {
        return Ok(answer::go_to(&format!("{here}?recovered={count}")));
    };
    let page = RecoverPage {
        page: visit.page(),
        frame: visit.frame(&viewer, Place::Webhooks),
        endpoint: ShownEndpoint::from(own),
        hours,
        progress: Some(Progress {
            count,
            cursor: next.to_string(),
        }),
    };
    Ok(answer::page(StatusCode::OK, &page))
}

/// Returns the shortest range that covers this time and the events before it.
fn covering(failing: Duration) -> u32 {
    let mut ranges = RANGES.iter().map(|(hours, _)| *hours);
    let found = ranges.find(|hours| HOUR * *hours > failing);
    found.unwrap_or(RANGES[RANGES.len() - 1].0)
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    let ranges = RANGES.into_iter().map(|(_, key)| key);
    ranges.chain(["recover-more"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_longer_than_the_failure() {
        for (minutes, hours) in [
            (0, 1),
            (59, 1),
            (60, 6),
            (24 * 60, 72),
            (5 * 24 * 60, 720),
            (90 * 24 * 60, 720),
        ] {
            let failing = Duration::from_secs(minutes * 60);
            assert_eq!(covering(failing), hours, "{minutes} minutes");
        }
    }
}
