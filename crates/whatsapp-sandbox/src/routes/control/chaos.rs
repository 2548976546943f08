//! The chaos switch.

use std::time::Duration;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};

use super::request::{Answer, Body, ControlError, read};
use crate::{Sandbox, chaos::Chaos};

const MAX_LATENCY_MS: u64 = 600_000;

/// The body of `PUT control/chaos`. `{}` switches chaos off.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ChaosRequest {
    latency_ms: u64,
    error_rate: f64,
    error_code: u32,
}

impl Default for ChaosRequest {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            error_rate: 0.0,
            error_code: 131_000,
        }
    }
}

/// `PUT control/chaos`: delays every send, and refuses a share of the ordinary ones.
pub(super) async fn put(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let mut request: ChaosRequest = read(body)?;
    if !(0.0..=1.0).contains(&request.error_rate) {
        return Err(ControlError::bad("\"error_rate\" is between 0 and 1"));
    }
    request.latency_ms = request.latency_ms.min(MAX_LATENCY_MS);
    let latency = Duration::from_millis(request.latency_ms);
    sandbox.state().chaos = Chaos::new(latency, request.error_rate, request.error_code);
    Ok(HttpResponse::Ok().json(request))
}
