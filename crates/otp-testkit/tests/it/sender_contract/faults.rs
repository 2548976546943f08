//! An adapter with one fault for each promise of the contract: the promise catches it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use otp_testkit::runtime::on_this_thread;
use otp_testkit::sender::{accepted, refusal};
use otp_testkit::sender_contract::{
    Call, CallLog, Reaction, ScriptedProvider, acceptance, cancellation, channels, doubt, privacy,
    reach, refusals, waits,
};

/// The one promise that an adapter breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    ReturnsItsOwnId,
    KeepsTheMessagesId,
    MixesUpIds,
    RepeatsARefusedCall,
    TakesARefusalForNowAsFinal,
    IgnoresTheWait,
    EchoesTheRefusal,
    RepeatsACutOffCall,
    NeverGivesUp,
    TakesNonsenseAsARefusal,
    FollowsRedirects,
    RepeatsADroppedCall,
    CallsBeforeItIsAwaited,
    SendsMessagesOfEveryChannel,
    LogsTheMessage,
    TakesAnOutageAsDoubt,
    SendsWithoutTime,
}

#[test]
fn an_adapter_without_fault_passes_and_each_fault_is_caught() {
    /// Runs promises against an adapter without fault, then against one with the fault.
    macro_rules! check {
        ($($module:ident::$promise:ident catches $($fault:ident),+;)*) => {$(
            let keeps = |fault| {
                let remote = Remote::with(fault);
                let trial = || on_this_thread($module::$promise(&remote));
                catch_unwind(AssertUnwindSafe(trial)).is_ok()
            };
            assert!(keeps(Fault::None), "{}", stringify!($promise));
            for fault in [$(Fault::$fault),+] {
                assert!(!keeps(fault), "{} passes {fault:?}", stringify!($promise));
            }
        )*};
    }
    check! {
        acceptance::an_accepted_message_has_the_providers_id catches ReturnsItsOwnId;
        acceptance::a_call_carries_the_messages_id catches KeepsTheMessagesId;
        acceptance::calls_at_once_are_kept_apart catches MixesUpIds;
        refusals::a_refusal_is_final catches RepeatsARefusedCall;
        refusals::a_refusal_for_now_may_be_called_again catches TakesARefusalForNowAsFinal;
        waits::the_wait_that_the_provider_asks_for_is_reported catches IgnoresTheWait;
        refusals::a_refusal_repeats_no_secret catches EchoesTheRefusal;
        doubt::a_call_that_is_cut_off_is_unknown catches RepeatsACutOffCall;
        doubt::a_call_without_an_answer_is_unknown_and_ends_in_time catches NeverGivesUp;
        doubt::a_senseless_answer_is_unknown catches TakesNonsenseAsARefusal;
        doubt::a_redirect_is_not_followed catches FollowsRedirects;
        cancellation::a_call_that_is_dropped_is_not_repeated catches RepeatsADroppedCall;
        cancellation::a_call_that_is_never_awaited_is_not_made catches CallsBeforeItIsAwaited;
        channels::a_message_of_another_channel_is_refused_without_a_call
            catches SendsMessagesOfEveryChannel;
        privacy::no_secret_is_logged catches LogsTheMessage;
        reach::an_unreachable_provider_may_be_called_again catches TakesAnOutageAsDoubt;
        reach::a_message_without_time_is_not_sent catches SendsWithoutTime;
    }
}

/// A provider in this process, and the fault of its adapter.
struct Remote {
    line: Arc<Line>,
    fault: Fault,
}

/// The connection of adapter and provider.
#[derive(Default)]
struct Line {
    reaction: Mutex<Option<Reaction>>,
    calls: CallLog,
}

/// The provider's side of an answer.
enum Reply {
    Id(String),
    No(String),
    NotNow(Option<Duration>),
    Broken,
    Nonsense,
    Elsewhere,
    NoConnection,
}

impl Remote {
    fn with(fault: Fault) -> Self {
        Self {
            line: Arc::default(),
            fault,
        }
    }
}

#[async_trait]
impl ScriptedProvider for Remote {
    fn sender(&self) -> Arc<dyn MessageSender> {
        Arc::new(Adapter {
            line: Arc::clone(&self.line),
            fault: self.fault,
            unfinished: Arc::default(),
        })
    }

    async fn react(&self, reaction: Reaction) {
        *self.line.reaction.lock().unwrap() = Some(reaction);
    }

    fn calls(&self) -> &CallLog {
        &self.line.calls
    }
}

impl Line {
    fn reaction(&self) -> Reaction {
        let reaction = self.reaction.lock().unwrap();
        reaction.clone().unwrap_or(Reaction::Accept)
    }

    /// Calls the provider.
    async fn call(&self, message_id: &str) -> Reply {
        let reaction = self.reaction();
        if reaction == Reaction::BeUnreachable {
            return Reply::NoConnection;
        }
        let accepts = reaction == Reaction::Accept;
        let id = format!("id {}", self.calls.all().len());
        self.calls.record(Call {
            message_id: message_id.to_owned(),
            accepted_as: accepts.then(|| id.clone()),
        });
        tokio::task::yield_now().await;
        match reaction {
            Reaction::Accept => Reply::Id(id),
            Reaction::Refuse { words } => Reply::No(words),
            Reaction::RefuseForNow { wait } => Reply::NotNow(wait),
            Reaction::CutOff => Reply::Broken,
            Reaction::StaySilent => std::future::pending().await,
            Reaction::Babble => Reply::Nonsense,
            Reaction::Redirect => Reply::Elsewhere,
            Reaction::BeUnreachable => Reply::NoConnection,
        }
    }
}

/// An adapter that keeps every promise but the one that its fault breaks.
struct Adapter {
    line: Arc<Line>,
    fault: Fault,
    /// The message of a call that has not come back.
    unfinished: Arc<Mutex<Option<String>>>,
}

impl MessageSender for Adapter {
    fn send<'a, 'b, 'c>(
        &'a self,
        message: &'b OutgoingMessage,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Accepted, SendError>> + Send + 'c>>
    where
        'a: 'c,
        'b: 'c,
    {
        let first = (self.fault == Fault::CallsBeforeItIsAwaited).then(|| {
            let (line, id) = (Arc::clone(&self.line), message.message_id().to_string());
            tokio::spawn(async move { line.call(&id).await })
        });
        Box::pin(async move {
            if let Some(first) = first {
                first.await.unwrap();
                return Ok(accepted("id 0"));
            }
            self.deliver(message).await
        })
    }
}

impl Adapter {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    async fn deliver(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let is_whatsapp = matches!(message, OutgoingMessage::WhatsApp(_));
        if !is_whatsapp && !self.has(Fault::SendsMessagesOfEveryChannel) {
            return Err(SendError::Refused(unsent()));
        }
        if message.timeout().is_zero() && !self.has(Fault::SendsWithoutTime) {
            return Err(for_now(unsent(), None));
        }
        if let OutgoingMessage::WhatsApp(message) = message
            && self.has(Fault::LogsTheMessage)
        {
            tracing::debug!("sending {}", message.passcode.expose());
        }
        let unfinished = self.unfinished.lock().unwrap().take();
        if let Some(dropped) = unfinished
            && self.has(Fault::RepeatsADroppedCall)
        {
            self.line.call(&dropped).await;
        }
        let id = message.message_id().to_string();
        *self.unfinished.lock().unwrap() = Some(id.clone());
        let carried = if self.has(Fault::KeepsTheMessagesId) {
            ""
        } else {
            &id
        };
        let call = self.line.call(carried);
        let reply = if self.has(Fault::NeverGivesUp) {
            call.await
        } else {
            let Ok(reply) = tokio::time::timeout(message.timeout(), call).await else {
                return Err(SendError::Unknown);
            };
            reply
        };
        *self.unfinished.lock().unwrap() = None;
        self.judge(reply, &id).await
    }

    async fn judge(&self, reply: Reply, id: &str) -> Result<Accepted, SendError> {
        match reply {
            Reply::Id(_) if self.has(Fault::ReturnsItsOwnId) => Ok(accepted(id)),
            Reply::Id(_) if self.has(Fault::MixesUpIds) => {
                let calls = self.line.calls.all();
                Ok(accepted(
                    calls.last().unwrap().accepted_as.as_ref().unwrap(),
                ))
            }
            Reply::Id(id) => Ok(accepted(&id)),
            Reply::No(words) => {
                if self.has(Fault::RepeatsARefusedCall) {
                    self.line.call(id).await;
                }
                let mut refusal = refusal(400, 7);
                if self.has(Fault::EchoesTheRefusal) {
                    refusal.failure.reason = words;
                }
                Err(SendError::Refused(refusal))
            }
            Reply::NotNow(_) if self.has(Fault::TakesARefusalForNowAsFinal) => {
                Err(SendError::Refused(refusal(429, 4)))
            }
            Reply::NotNow(wait) => {
                let wait = wait.filter(|_| !self.has(Fault::IgnoresTheWait));
                Err(for_now(refusal(429, 4), wait))
            }
            Reply::Broken if self.has(Fault::RepeatsACutOffCall) => {
                self.line.call(id).await;
                Err(SendError::Unknown)
            }
            Reply::Nonsense if self.has(Fault::TakesNonsenseAsARefusal) => {
                Err(SendError::Refused(refusal(200, 0)))
            }
            Reply::Elsewhere if self.has(Fault::FollowsRedirects) => {
                self.line.call(id).await;
                Err(SendError::Unknown)
            }
            Reply::NoConnection if !self.has(Fault::TakesAnOutageAsDoubt) => {
                Err(for_now(unsent(), None))
            }
            Reply::Broken | Reply::Nonsense | Reply::Elsewhere | Reply::NoConnection => {
                Err(SendError::Unknown)
            }
        }
    }
}

fn for_now(refusal: ProviderRefusal, after: Option<Duration>) -> SendError {
    SendError::Retry { refusal, after }
}

/// The refusal of a message that never left.
fn unsent() -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        scope: RefusalScope::Message,
        ..refusal(0, 0)
    }
}
