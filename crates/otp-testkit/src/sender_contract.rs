//! The sender contract: what every [`MessageSender`] adapter promises, one function per promise.
//!
//! An adapter's author writes the provider of the tests, a [`ScriptedProvider`]: the remote side,
//! which accepts, refuses, breaks off or stays silent on request.
//! [`sender_contract!`](crate::sender_contract!) makes a test of each promise:
//!
//! ```
//! # mod my_transport {
//! # use std::sync::Arc;
//! # use async_trait::async_trait;
//! # use otp_core::ports::MessageSender;
//! # use otp_testkit::ScriptedSender;
//! # use otp_testkit::sender::accepted;
//! # use otp_testkit::sender_contract::{CallLog, Reaction, ScriptedProvider};
//! # #[derive(Default)]
//! # pub struct MyProvider(CallLog);
//! # #[async_trait]
//! # impl ScriptedProvider for MyProvider {
//! #     fn sender(&self) -> Arc<dyn MessageSender> { Arc::new(ScriptedSender::default()) }
//! #     async fn react(&self, _: Reaction) {}
//! #     fn calls(&self) -> &CallLog { &self.0 }
//! # }
//! # }
//! # use my_transport::MyProvider;
//! otp_testkit::sender_contract!(async { MyProvider::default() });
//! ```
//!
//! A transport that has no way to refuse, such as a file, names the modules that apply to it:
//! `sender_contract!(fresh(); acceptance, reach, channels, privacy)`.
//!
//! | module | the provider has to | what is at stake |
//! | --- | --- | --- |
//! | [`acceptance`] | [`Accept`](Reaction::Accept) | receipts find their message |
//! | [`refusals`] | [`Refuse`](Reaction::Refuse), [`RefuseForNow`](Reaction::RefuseForNow) | a refused message costs nothing |
//! | [`doubt`] | [`CutOff`](Reaction::CutOff), [`StaySilent`](Reaction::StaySilent), [`Babble`](Reaction::Babble), [`Redirect`](Reaction::Redirect) | a message is never sent twice, nor given back its price after it was sent |
//! | [`cancellation`] | [`StaySilent`](Reaction::StaySilent) | the same, if the caller goes away |
//! | [`reach`] | [`BeUnreachable`](Reaction::BeUnreachable) | an outage costs no message |
//! | [`waits`] | [`RefuseForNow`](Reaction::RefuseForNow) | a provider is not called before it wants to be |
//! | [`channels`] | – | each message goes out by its own channel |
//! | [`privacy`] | [`Accept`](Reaction::Accept), [`BeUnreachable`](Reaction::BeUnreachable) | no log has a passcode |

pub mod acceptance;
mod call_log;
pub mod cancellation;
pub mod channels;
pub mod doubt;
mod messages;
pub mod privacy;
pub mod reach;
pub mod refusals;
mod trial;
pub mod waits;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::MessageId;
use otp_core::ports::{MessageSender, OutgoingMessage};

use crate::channel_double::double_message;
pub use call_log::{Call, CallLog};
pub use messages::{email_message, whatsapp_message};

/// The remote side of an adapter under test. Each test gets one of its own.
#[async_trait]
pub trait ScriptedProvider: Send + Sync {
    /// Returns a new adapter that calls this provider, as it is after the last
    /// [`react`](Self::react).
    fn sender(&self) -> Arc<dyn MessageSender>;

    /// Treats all later calls like this. A provider that is given no reaction accepts.
    async fn react(&self, reaction: Reaction);

    /// Returns the calls that arrived whole, whatever became of them.
    fn calls(&self) -> &CallLog;

    /// Returns a message that the adapter serves, with this id.
    fn message(&self, id: MessageId) -> OutgoingMessage {
        whatsapp_message(id).into()
    }

    /// Returns a message of a channel that the adapter does not serve.
    fn message_of_another_channel(&self) -> OutgoingMessage {
        double_message("somebody")
    }
}

/// The way a provider treats a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Accepts the message, each under an id of its own.
    Accept,
    /// Refuses the message for good, and says so in these words.
    Refuse {
        /// The words: what a person reads in the answer.
        words: String,
    },
    /// Refuses the message for now, such as to a sender that sends too fast.
    RefuseForNow {
        /// How long it asks to wait, if it does.
        wait: Option<Duration>,
    },
    /// Reads the call, then breaks the connection.
    CutOff,
    /// Reads the call and never answers.
    StaySilent,
    /// Reads the call and answers nonsense.
    Babble,
    /// Reads the call and refers the adapter to another address, at which it would accept.
    Redirect,
    /// Cannot be reached: no call arrives.
    BeUnreachable,
}

/// Makes a test of each promise that a sender keeps.
///
/// The first argument is an expression that evaluates, anew for each test, to a future of an
/// `impl ScriptedProvider`. The names after it select modules of
/// [`sender_contract`](mod@crate::sender_contract); without names, every module is run. The tests are
/// plain `#[test]` functions, so a crate that calls this macro needs no runtime of its own.
#[macro_export]
macro_rules! sender_contract {
    ($fresh:expr) => {
        $crate::sender_contract! { $fresh;
            acceptance,
            cancellation,
            channels,
            doubt,
            privacy,
            reach,
            refusals,
            waits,
        }
    };
    ($fresh:expr; $($module:ident),+ $(,)?) => {
        $($crate::sender_contract! { @$module $fresh })+
    };
    (@acceptance $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; acceptance:
            an_accepted_message_has_the_providers_id,
            a_call_carries_the_messages_id,
            calls_at_once_are_kept_apart,
        }
    };
    (@cancellation $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; cancellation:
            a_call_that_is_dropped_is_not_repeated,
            a_call_that_is_never_awaited_is_not_made,
        }
    };
    (@channels $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; channels:
            a_message_of_another_channel_is_refused_without_a_call,
        }
    };
    (@doubt $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; doubt:
            a_call_that_is_cut_off_is_unknown,
            a_call_without_an_answer_is_unknown_and_ends_in_time,
            a_senseless_answer_is_unknown,
            a_redirect_is_not_followed,
        }
    };
    (@privacy $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; privacy:
            no_secret_is_logged,
        }
    };
    (@reach $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; reach:
            an_unreachable_provider_may_be_called_again,
            a_message_without_time_is_not_sent,
        }
    };
    (@refusals $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; refusals:
            a_refusal_is_final,
            a_refusal_for_now_may_be_called_again,
            a_refusal_repeats_no_secret,
        }
    };
    (@waits $fresh:expr) => {
        $crate::sender_contract! { @tests $fresh; waits:
            the_wait_that_the_provider_asks_for_is_reported,
        }
    };
    (@tests $fresh:expr; $module:ident: $($promise:ident,)+) => {$(
        #[test]
        fn $promise() {
            $crate::runtime::on_this_thread(async {
                let provider = $fresh.await;
                $crate::sender_contract::$module::$promise(&provider).await;
            });
        }
    )+};
}
