//! A provider that answers from a script and remembers what it was handed.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use otp_core::sealing::{ProviderMessageIndex, Sealed, SealedProviderMessageId};
use otp_core::send::Outcome;

use crate::sender_contract::{Call, CallLog};

/// A sender that answers from a script, and accepts once the script is at its end.
#[derive(Debug, Default)]
pub struct ScriptedSender {
    script: Mutex<VecDeque<Result<Accepted, SendError>>>,
    calls: Mutex<Vec<OutgoingMessage>>,
    log: CallLog,
}

impl ScriptedSender {
    /// Answers these in turn, then accepts.
    pub fn answering(script: impl IntoIterator<Item = Result<Accepted, SendError>>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            ..Self::default()
        }
    }

    /// Adds an answer to the end of the script.
    pub fn then(&self, answer: Result<Accepted, SendError>) {
        self.script().push_back(answer);
    }

    /// The messages that it was handed so far.
    pub fn calls(&self) -> Vec<OutgoingMessage> {
        self.calls.lock().expect("recording does not panic").clone()
    }

    /// The same calls, as the sender contract counts them.
    pub fn call_log(&self) -> &CallLog {
        &self.log
    }

    fn script(&self) -> MutexGuard<'_, VecDeque<Result<Accepted, SendError>>> {
        self.script.lock().expect("recording does not panic")
    }
}

#[async_trait]
impl MessageSender for ScriptedSender {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let number = {
            let mut calls = self.calls.lock().expect("recording does not panic");
            calls.push(message.clone());
            calls.len()
        };
        let scripted = self.script().pop_front();
        let answer = scripted.unwrap_or_else(|| Ok(accepted(&format!("wamid.{number}"))));
        self.log.record(Call {
            message_id: message.message_id().to_string(),
            accepted_as: answer
                .as_ref()
                .ok()
                .map(|a| a.provider_message_id.0.clone()),
        });
        answer
    }
}

/// An acceptance under this id.
pub fn accepted(id: &str) -> Accepted {
    Accepted {
        provider_message_id: ProviderMessageId(id.to_owned()),
    }
}

/// The outcome of an acceptance under this id, as a store is given it.
pub fn accepted_outcome(id: &str) -> Outcome {
    let mut index = [0; 32];
    index[..id.len().min(32)].copy_from_slice(&id.as_bytes()[..id.len().min(32)]);
    let sealed = Some(Sealed(id.as_bytes().to_vec()));
    Outcome::Accepted(SealedProviderMessageId {
        index: ProviderMessageIndex(index),
        sealed,
    })
}

/// A refusal of one message with this code.
pub fn refusal(http_status: u16, code: i32) -> ProviderRefusal {
    ProviderRefusal {
        http_status: Some(http_status),
        message: format!("(#{code}) Message undeliverable"),
        failure: failure(code),
        scope: RefusalScope::Message,
    }
}

/// A failure with this code.
pub fn failure(code: i32) -> Failure {
    Failure {
        code: Some(code),
        title: "Message undeliverable".to_owned(),
        reason: "Unable to deliver the message.".to_owned(),
    }
}
