//! The calls that arrived at a provider.

use std::sync::Mutex;
use std::time::Duration;

use otp_core::ids::MessageId;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a call may take to arrive, on a busy machine too.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A call that arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Our id of the message, as the call carried it; empty if it did not.
    pub message_id: String,
    /// The provider's id of the message, if it accepted it.
    pub accepted_as: Option<String>,
}

/// The calls of a provider, in the order in which they arrived.
#[derive(Debug, Default)]
pub struct CallLog {
    calls: Mutex<Vec<Call>>,
    arrived: Notify,
}

impl CallLog {
    /// Records a call. A provider does this before it answers.
    pub fn record(&self, call: Call) {
        let mut calls = self.calls.lock().expect("recording does not panic");
        calls.push(call);
        drop(calls);
        self.arrived.notify_waiters();
    }

    /// Returns all calls so far.
    pub fn all(&self) -> Vec<Call> {
        self.calls.lock().expect("recording does not panic").clone()
    }

    /// Returns the calls that carried this message.
    pub fn of(&self, message: MessageId) -> Vec<Call> {
        let id = message.to_string();
        let mut calls = self.all();
        calls.retain(|call| call.message_id == id);
        calls
    }

    /// Returns once this many calls have arrived.
    pub async fn arrival_of(&self, count: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.all().len() >= count {
                return;
            }
            let arrived = timeout(MAX_WAIT, arrived).await;
            arrived.expect("no call arrived at the provider");
        }
    }
}
