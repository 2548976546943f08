//! `GET /health/live` and `GET /health/ready`: whether the process runs, and whether it is ready.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::ports::PortError;
use otp_edge::{NO_STORE, RequestContext, resource_at};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, chain};
use crate::state::ApiState;

const LIVE: &str = "/health/live";

const READY: &str = "/health/ready";

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
}

/// Reports that the process runs.
#[utoipa::path(
    get,
    path = LIVE,
    operation_id = "HealthLive",
    tag = "Health",
    responses((status = 200, description = "The process runs.", body = HealthResponse, example = json!({"status": "ok"}))),
)]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(HealthResponse {
            status: "ok",
            missing: &[],
        })
}

/// Reports whether the service is ready, and what is missing if it is not.
#[utoipa::path(
    get,
    path = READY,
    operation_id = "HealthReady",
    tag = "Health",
    responses(
        (status = 200, description = "The service is ready.", body = HealthResponse, example = json!({"status": "ok"})),
        (
            status = 503,
            description = "The service is not ready; `missing` says why.",
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
        Ok(Ok(Err(error))) => {
            tracing::warn!(cause = %chain(&error), "storage is not ready");
            unavailable(missing(&error))
        }
        Ok(Err(_)) => {
            tracing::warn!("storage did not answer in time");
            unavailable(&["database"])
        }
        Err(error) => ApiError::from(error).answer(&RequestContext::of(&request)),
    }
}

/// Returns what a failed check lacks. A storage that can be reached but not used has the schema of
/// another version.
fn missing(error: &PortError) -> &'static [&'static str] {
    match error {
        PortError::Unavailable(_) => &["database"],
        PortError::Backend(_) | PortError::Conflict(_) => &["migrations"],
    }
}

fn unavailable(missing: &'static [&'static str]) -> HttpResponse {
    let body = HealthResponse {
        status: "unavailable",
        missing,
    };
    HttpResponse::ServiceUnavailable()
        .insert_header(NO_STORE)
        .json(body)
}
