//! `GET /health/live` and `GET /health/ready`: whether the process runs, and whether it is ready.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ports::PortError;
use otp_edge::{NO_STORE, RequestContext, resource_at};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::state::ApiState;

pub(crate) const LIVE: &str = "/health/live";

pub(crate) const READY: &str = "/health/ready";

/// The tag of these paths in the document.
pub(crate) const TAG: &str = "Health";

pub(crate) fn live_resource() -> Resource {
    resource_at(LIVE).get(live).finish()
}

pub(crate) fn ready_resource() -> Resource {
    resource_at(READY).get(ready).finish()
}

/// A storage that answers later than this is not ready.
const DEADLINE: Duration = Duration::from_secs(2);

/// Health of the service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthResponse {
    /// `ok` or `unavailable`.
    status: &'static str,
    /// The missing parts: `database` or `migrations`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'static [&'static str],
    /// `full` while messages cannot be sent because the storage has no space left.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<&'static str>,
}

/// Reports that the process runs.
#[utoipa::path(
    get,
    path = LIVE,
    operation_id = "HealthLive",
    tag = TAG,
    responses((status = 200, description = "The process runs.", body = HealthResponse, example = json!({"status": "ok"}))),
)]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(HealthResponse {
            status: "ok",
            missing: &[],
            storage: None,
        })
}

/// Reports whether the service is ready, and what is missing if it is not.
#[utoipa::path(
    get,
    path = READY,
    operation_id = "HealthReady",
    tag = TAG,
    responses(
        (status = 200, description = "The service is ready.", body = HealthResponse, example = json!({"status": "ok"})),
        (
            status = 503,
            description = "The service is not ready; `missing` or `storage` says why.",
            body = HealthResponse,
            example = json!({"status": "unavailable", "missing": ["database"]}),
        ),
    ),
)]
pub(crate) async fn ready(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let health = state.health.clone();
    let check = async move { tokio::time::timeout(DEADLINE, health.check()).await };
    match state.runner.run(check).await {
        Ok(Ok(Ok(()))) => live().await,
        Ok(Ok(Err(error))) => unavailable(&error),
        Ok(Err(_)) => not_ready(&["database"], None),
        Err(error) => ApiError::from(error).answer(&RequestContext::of(&request)),
    }
}

/// Answers a failed check. A storage that can be reached but not used has the schema of another version,
/// unless it says that it is full.
fn unavailable(error: &PortError) -> HttpResponse {
    match error {
        error if error.is_out_of_space() => not_ready(&[], Some("full")),
        PortError::Unavailable(_) | PortError::Locked(_) => not_ready(&["database"], None),
        PortError::Backend(_) | PortError::Conflict(_) => not_ready(&["migrations"], None),
    }
}

fn not_ready(missing: &'static [&'static str], storage: Option<&'static str>) -> HttpResponse {
    let body = HealthResponse {
        status: "unavailable",
        missing,
        storage,
    };
    HttpResponse::ServiceUnavailable()
        .insert_header(NO_STORE)
        .json(body)
}
