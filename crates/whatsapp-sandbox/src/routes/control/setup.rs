//! The control API's set-up part: scripts, accounts, chaos and limits.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use serde::Deserialize;
use serde_json::json;

use super::wait::{ByAccount, ByAccountNumber, ByNumber, ControlError, number, read};
use crate::{
    Sandbox,
    accounts::BusinessNumber,
    behaviour::{Answer as CallAnswer, Behaviour},
    life::Life,
    options::PairLimit,
    scripts::Script,
};

/// Nothing takes longer than this.
const LONGEST_DELAY_MS: u64 = 600_000;

type Answer = Result<HttpResponse, ControlError>;
type Body = Result<Bytes, actix_web::Error>;

/// `GET control/numbers`: all scripts.
pub(crate) async fn scripts(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.state().scripts.to_json())
}

/// The body of `PUT control/numbers/{number}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptRequest {
    answer: Option<String>,
    code: Option<u32>,
    delivered: Option<bool>,
    #[serde(default)]
    delay_ms: u64,
    times: Option<u32>,
    life: Option<Life>,
}

/// `PUT control/numbers/{number}`: how sends to the number go from now on.
pub(crate) async fn put_script(sandbox: Data<Sandbox>, path: Path<ByNumber>, body: Body) -> Answer {
    let digits = number(&path.number)?;
    let request: ScriptRequest = read(body)?;
    let answer = match (&request.answer, &request.life) {
        (Some(answer), _) => CallAnswer::parse(answer, request.code).map_err(ControlError::bad)?,
        (None, Some(_)) => CallAnswer::Accepted,
        (None, None) => return Err(ControlError::bad("give an \"answer\", a \"life\" or both")),
    };
    if let Some(life) = &request.life {
        life.check().map_err(ControlError::bad)?;
    }
    if request.times == Some(0) {
        return Err(ControlError::bad("\"times\" is at least 1"));
    }
    let refused = matches!(answer, CallAnswer::Refused(_));
    let script = Script {
        behaviour: Behaviour {
            answer,
            delivered: request.delivered.unwrap_or(!refused),
            delay: Duration::from_millis(request.delay_ms.min(LONGEST_DELAY_MS)),
        },
        life: request.life.map(Arc::new),
        times: request.times,
    };
    let shown = script.to_json(&digits);
    sandbox
        .state()
        .scripts
        .put(&digits, script)
        .map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(shown))
}

/// `GET control/numbers/{number}`: the script of a number, or the behaviour of the table.
pub(crate) async fn get_script(sandbox: Data<Sandbox>, path: Path<ByNumber>) -> Answer {
    let digits = number(&path.number)?;
    let script = sandbox.state().scripts.get(&digits).cloned();
    let script = script.unwrap_or_else(|| Script {
        behaviour: crate::test_numbers::behaviour_of(&digits).unwrap_or(Behaviour::ACCEPT),
        life: crate::test_numbers::life_of(&digits).map(Arc::new),
        times: None,
    });
    Ok(HttpResponse::Ok().json(script.to_json(&digits)))
}

/// `DELETE control/numbers/{number}`: back to the table.
pub(crate) async fn delete_script(sandbox: Data<Sandbox>, path: Path<ByNumber>) -> Answer {
    let removed = sandbox.state().scripts.remove(&number(&path.number)?);
    Ok(HttpResponse::Ok().json(json!({ "removed": removed })))
}

/// The body of `PUT control/accounts/{waba}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountRequest {
    name: Option<String>,
    #[serde(default = "yes")]
    default_templates: bool,
}

/// `PUT control/accounts/{waba}`: adds a business account, with the default templates.
pub(crate) async fn put_account(
    sandbox: Data<Sandbox>,
    path: Path<ByAccount>,
    body: Body,
) -> Answer {
    let request: AccountRequest = read(body)?;
    let id = object_id(&path.waba)?;
    let name = name(request.name)?;
    let state = &mut *sandbox.state();
    let new = state.accounts.waba(id).is_none();
    state
        .accounts
        .put_waba(id, &name)
        .map_err(ControlError::bad)?;
    if new && request.default_templates {
        state
            .templates
            .add_defaults(&mut state.ids, id, crate::clock::now());
    }
    Ok(HttpResponse::Ok().json(json!({"waba_id": id, "name": name, "created": new})))
}

/// The body of `PUT control/accounts/{waba}/numbers/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberRequest {
    display_phone_number: Option<String>,
    verified_name: Option<String>,
    #[serde(default = "yes")]
    registered: bool,
    quality_rating: Option<String>,
}

/// `PUT control/accounts/{waba}/numbers/{id}`: adds a phone number or changes it.
pub(crate) async fn put_number(
    sandbox: Data<Sandbox>,
    path: Path<ByAccountNumber>,
    body: Body,
) -> Answer {
    let request: NumberRequest = read(body)?;
    let (waba_id, id) = (object_id(&path.waba)?, object_id(&path.id)?);
    let display = request
        .display_phone_number
        .unwrap_or_else(|| crate::DEFAULT_DISPLAY_PHONE_NUMBER.to_owned());
    number(&display)?;
    let mut state = sandbox.state();
    if state.accounts.waba(waba_id).is_none() {
        return Err(ControlError::not_found(format!("no account {waba_id}")));
    }
    let number = BusinessNumber {
        id: id.to_owned(),
        waba_id: waba_id.to_owned(),
        display_phone_number: display,
        verified_name: name(request.verified_name)?,
        registered: request.registered,
        quality_rating: request.quality_rating.unwrap_or_else(|| "GREEN".to_owned()),
    };
    let shown = number.to_graph();
    state
        .accounts
        .put_number(number)
        .map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The body of `PUT control/chaos`; what it leaves out is switched off.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChaosRequest {
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

/// `PUT control/chaos`: latency for every send, errors for a share of the ordinary ones.
pub(crate) async fn put_chaos(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: ChaosRequest = read(body)?;
    if !(0.0..=1.0).contains(&request.error_rate) {
        return Err(ControlError::bad("\"error_rate\" is between 0 and 1"));
    }
    let latency_ms = request.latency_ms.min(LONGEST_DELAY_MS);
    let latency = Duration::from_millis(latency_ms);
    sandbox
        .state()
        .chaos
        .set(latency, request.error_rate, request.error_code);
    Ok(HttpResponse::Ok().json(json!({
        "latency_ms": latency_ms,
        "error_rate": request.error_rate,
        "error_code": request.error_code,
    })))
}

/// The body of `PUT control/limits`; what it leaves out is not limited.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitsRequest {
    throughput_per_second: Option<u32>,
    pair: Option<PairRequest>,
}

/// The pair limit in [`LimitsRequest`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairRequest {
    every_ms: u64,
    burst: u32,
}

/// `PUT control/limits`: Meta's limits on sending.
pub(crate) async fn put_limits(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: LimitsRequest = read(body)?;
    let pair = request.pair.map(|pair| PairLimit {
        every: Duration::from_millis(pair.every_ms.clamp(1, LONGEST_DELAY_MS)),
        burst: pair.burst.clamp(1, 1_000_000),
    });
    let limits = crate::rates::Rates::new(pair, request.throughput_per_second);
    sandbox.state().rates = limits;
    Ok(HttpResponse::Ok().json(json!({
        "throughput_per_second": request.throughput_per_second,
        "pair": pair.map(|pair| json!({
            "every_ms": pair.every.as_millis() as u64,
            "burst": pair.burst,
        })),
    })))
}

/// An id as Meta's are: digits.
fn object_id(id: &str) -> Result<&str, ControlError> {
    let good = (1..=32).contains(&id.len()) && id.chars().all(|c| c.is_ascii_digit());
    if good {
        Ok(id)
    } else {
        Err(ControlError::bad("an id is 1 to 32 digits"))
    }
}

fn name(name: Option<String>) -> Result<String, ControlError> {
    let name = name.unwrap_or_else(|| "Sandbox business".to_owned());
    if name.is_empty() || name.chars().count() > 128 {
        return Err(ControlError::bad("a name has 1 to 128 characters"));
    }
    Ok(name)
}

const fn yes() -> bool {
    true
}
