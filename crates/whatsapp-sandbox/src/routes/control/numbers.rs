//! The scripted behaviour of single recipients.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;

use super::request::{Answer, Body, ByNumber, ControlError, read};
use crate::{
    Sandbox,
    behaviour::{self, Behaviour},
    life::Life,
    scripts::Script,
};

const MAX_DELAY_MS: u64 = 600_000;

/// The body of `PUT control/numbers/{number}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptRequest {
    answer: Option<String>,
    code: Option<u32>,
    delivered: Option<bool>,
    #[serde(default)]
    delay_ms: u64,
    times: Option<u32>,
    life: Option<Life>,
}

/// `PUT control/numbers/{number}`: sets the behaviour of sends to this number.
pub(super) async fn put(sandbox: Data<Sandbox>, path: Path<ByNumber>, body: Body) -> Answer {
    let digits = ByNumber::digits(&path)?;
    let script = read::<ScriptRequest>(body)?.into_script();
    let script = script.map_err(ControlError::bad)?;
    let shown = script.to_json(&digits);
    let put = sandbox.state().scripts.put(&digits, script);
    put.map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(shown))
}

impl ScriptRequest {
    fn into_script(self) -> Result<Script, String> {
        let answer = match (&self.answer, &self.life) {
            (Some(answer), _) => behaviour::Answer::parse(answer, self.code)?,
            (None, Some(_)) => behaviour::Answer::Accepted,
            (None, None) => return Err("give an \"answer\", a \"life\" or both".to_owned()),
        };
        if let Some(life) = &self.life {
            life.check()?;
        }
        if self.times == Some(0) {
            return Err("\"times\" is at least 1".to_owned());
        }
        let is_refused = matches!(answer, behaviour::Answer::Refused(_));
        Ok(Script {
            behaviour: Behaviour {
                answer,
                delivered: self.delivered.unwrap_or(!is_refused),
                delay: Duration::from_millis(self.delay_ms.min(MAX_DELAY_MS)),
            },
            life: self.life.map(Arc::new),
            times: self.times,
        })
    }
}
