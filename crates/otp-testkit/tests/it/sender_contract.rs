//! The scripted sender keeps the sender contract; and each promise of the contract can be broken.

mod faults;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{MessageSender, ProviderRefusal, SendError};
use otp_testkit::ScriptedSender;
use otp_testkit::sender::refusal;
use otp_testkit::sender_contract::{CallLog, Reaction, ScriptedProvider};

otp_testkit::sender_contract!(
    async { Script::default() };
    acceptance,
    doubt,
    privacy,
    refusals,
);

/// A scripted sender, which is its own provider: each reaction is the answer to one call. It is always
/// within reach.
#[derive(Default)]
struct Script(Arc<ScriptedSender>);

#[async_trait]
impl ScriptedProvider for Script {
    fn sender(&self) -> Arc<dyn MessageSender> {
        self.0.clone()
    }

    async fn react(&self, reaction: Reaction) {
        let unreached = ProviderRefusal {
            http_status: None,
            ..refusal(0, 0)
        };
        let error = match reaction {
            Reaction::Accept => return,
            Reaction::Refuse { .. } => SendError::Refused(refusal(400, 131_026)),
            Reaction::RefuseForNow { wait } => retry(refusal(429, 130_429), wait),
            Reaction::BeUnreachable => retry(unreached, None),
            Reaction::CutOff | Reaction::StaySilent | Reaction::Babble | Reaction::Redirect => {
                SendError::Unknown
            }
        };
        self.0.then(Err(error));
    }

    fn calls(&self) -> &CallLog {
        self.0.call_log()
    }
}

fn retry(refusal: ProviderRefusal, after: Option<Duration>) -> SendError {
    SendError::Retry { refusal, after }
}
