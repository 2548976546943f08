//! Numbers at Meta: whether a number can send, and how Meta rates it.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::whatsapp::health::{Quality, Rating};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::message::Failure;
use otp_core::ports::{Examination, ProviderError, ProviderRefusal, RefusalScope, SenderExaminer};
use serde_json::Value;

use crate::codes::{self, Class};
use crate::graph::Graph;
use crate::options::{CloudApiOptions, InvalidOptions};
use crate::redaction::Redaction;

/// The fields that are requested of a number.
const FIELDS: &str =
    "health_status,status,quality_rating,whatsapp_business_manager_messaging_limit";

/// The statuses of a number that cannot send. Other statuses are not reliable: Meta's own lists
/// differ.
const OUT_OF_SERVICE: [&str; 4] = ["BANNED", "DELETED", "DISCONNECTED", "MIGRATED"];

/// The maximum length of Meta's name for a rating or a limit.
const MAX_WORD: usize = 64;

/// The numbers at Meta.
#[derive(Clone)]
pub struct CloudApiNumbers {
    graph: Graph,
}

impl CloudApiNumbers {
    /// Creates the client; each call may take at most `timeout`.
    pub fn new(options: &CloudApiOptions, timeout: Duration) -> Result<Self, InvalidOptions> {
        Ok(Self {
            graph: Graph::new(options, timeout)?,
        })
    }
}

impl fmt::Debug for CloudApiNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudApiNumbers").finish_non_exhaustive()
    }
}

#[async_trait]
impl SenderExaminer for CloudApiNumbers {
    async fn examine(
        &self,
        phone_number_id: &ProviderId,
        access_token: &AccessToken,
    ) -> Examination {
        let query = [("fields", FIELDS)];
        let asked = self
            .graph
            .get(access_token, (phone_number_id, None), &query);
        let examination = match asked.await {
            Ok(number) => read(&number, &Redaction::of_token(access_token)),
            Err(ProviderError::Refused {
                code,
                subcode,
                words,
            }) => refused(code, subcode, words),
            Err(ProviderError::Unavailable(cause)) => {
                tracing::warn!(
                    phone_number_id = phone_number_id.as_str(),
                    cause,
                    "failed to look up the state of a sender"
                );
                Examination::Silent
            }
        };
        tracing::debug!(
            phone_number_id = phone_number_id.as_str(),
            ?examination,
            "looked up the state of a sender"
        );
        examination
    }
}

fn read(number: &Value, redaction: &Redaction) -> Examination {
    let word = |field: &str| {
        let word = number.get(field)?.as_str()?.trim();
        (1..=MAX_WORD).contains(&word.len()).then_some(word)
    };
    // An answer without an id does not come from Meta and shows nothing about the number.
    if number.get("id").is_none() {
        return Examination::Silent;
    }
    let rating = Rating {
        quality: word("quality_rating").map(Quality::of),
        messaging_limit: word("whatsapp_business_manager_messaging_limit").map(str::to_owned),
    };
    let health = number.get("health_status");
    let can_send = health
        .and_then(|health| health.get("can_send_message"))
        .and_then(Value::as_str);
    if can_send == Some("BLOCKED") {
        let refusal = blocked(health.unwrap_or(&Value::Null), redaction);
        return Examination::Unable(refusal, rating);
    }
    match word("status").filter(|status| OUT_OF_SERVICE.contains(status)) {
        Some(status) => {
            let reason = format!("Meta calls the number {status}.");
            let title = "Number out of service".to_owned();
            Examination::Unable(refusal(None, title, reason), rating)
        }
        None => Examination::Able(rating),
    }
}

/// Returns the first reason of a blocked entity: number, business account, business or app.
fn blocked(health: &Value, redaction: &Redaction) -> ProviderRefusal {
    let entities = health.get("entities").and_then(Value::as_array);
    let error = entities.into_iter().flatten().find_map(|entity| {
        let is_blocked = entity.get("can_send_message")?.as_str()? == "BLOCKED";
        let kind = entity.get("entity_type")?.as_str()?;
        is_blocked.then(|| (kind, entity.pointer("/errors/0").unwrap_or(&Value::Null)))
    });
    let (kind, error) = error.unwrap_or(("NUMBER", &Value::Null));
    let text = |field: &str| error.get(field).and_then(Value::as_str);
    let words: Vec<_> = [text("error_description"), text("possible_solution")]
        .into_iter()
        .flatten()
        .collect();
    let reason = if words.is_empty() {
        "Meta names no reason.".to_owned()
    } else {
        redaction.clean(&words.join(" "))
    };
    let title = redaction.clean(&format!("Blocked: {kind}"));
    refusal(
        error.get("error_code").and_then(Value::as_i64),
        title,
        reason,
    )
}

fn refused(code: i64, subcode: Option<i64>, words: String) -> Examination {
    let meaning = codes::look_up(code, subcode);
    let title = meaning.map_or("Unknown error", |meaning| meaning.title);
    let refusal = refusal(Some(code), title.to_owned(), words);
    match meaning.map(|meaning| meaning.class) {
        Some(Class::Configuration) if codes::is_about_permissions(code) => {
            Examination::NotShown(refusal)
        }
        Some(Class::Configuration) => Examination::Unable(refusal, Rating::default()),
        // Too many requests, a fault of Meta's, or a field unknown to this version.
        Some(
            Class::Country
            | Class::Request
            | Class::Template
            | Class::TemplatePaused
            | Class::TemplateDisabled
            | Class::Recipient
            | Class::Transient(..)
            | Class::Doubtful,
        )
        | None => Examination::Silent,
    }
}

fn refusal(code: Option<i64>, title: String, reason: String) -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        message: reason.clone(),
        failure: Failure {
            code: code.and_then(|code| i32::try_from(code).ok()),
            title,
            reason,
        },
        scope: RefusalScope::SenderUntilFixed,
    }
}
