//! A unit test of a rule, with mocks: `cargo run -p otp-examples --bin unit_test_a_rule`
//!
//! The rule: if it is unknown whether the provider took a message, the message is not sent again. It is
//! tested without a database and without a network; `cargo test -p otp-examples` runs the same tests.
#![expect(clippy::print_stdout, reason = "an example explains itself")]

use std::sync::Arc;

use otp_core::cooldown;
use otp_core::message::MessageStatus;
use otp_core::ports::{MockMessageSender, MockSendLedger, SendError};
use otp_core::send::{Admission, Refusal};
use otp_core::usecases::send_message::{SendMessage, SendMessageError};
use otp_testkit::{ScriptedSender, World};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("a rule without ports is a function; the cooldown after each send of a streak:");
    for sends in 1..=5 {
        println!("  {sends}: {:?}", cooldown::wait_after(sends));
    }
    println!("a rule of a use case is tested with mocks of its ports:");
    unknown_outcomes_are_not_repeated().await;
    println!("  the outcome is unknown -> the message is Pending, the provider was called once");
    refused_sends_cost_no_call().await;
    println!("  the recipient has to wait -> refused, the provider was not called");
}

/// `World` is a gateway in memory. The test replaces the one port that it is about.
async fn unknown_outcomes_are_not_repeated() {
    let mut sender = MockMessageSender::new();
    // A mock panics at the second call, and if it is dropped without one.
    let unknown = |_: &_| Err(SendError::Unknown);
    sender.expect_send().times(1).returning(unknown);

    let world = World::with_provider(ScriptedSender::default()).await;
    let send_message = SendMessage {
        sender: Arc::new(sender),
        ..world.send_message.clone()
    };
    let sent = send_message.execute(world.request(1)).await;

    let sent = sent.expect("the message is recorded");
    assert_eq!(sent.status, MessageStatus::Pending);
    assert_eq!(world.fixture.balance().await, 9, "it may arrive: it costs");
}

/// Two ports are mocked: the ledger, which says what the rules decided, and the provider.
async fn refused_sends_cost_no_call() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let retry_at = otp_testkit::contract::fixture::START + cooldown::FIRST_WAIT;
    let mut ledger = MockSendLedger::new();
    ledger
        .expect_admit()
        .returning(move |_| Ok(vec![Admission::Refused(Refusal::CoolingDown { retry_at })]));
    ledger.expect_settle().never();
    let mut sender = MockMessageSender::new();
    sender.expect_send().never();

    let send_message = SendMessage {
        ledger: Arc::new(ledger),
        sender: Arc::new(sender),
        ..world.send_message.clone()
    };
    let refused = send_message.execute(world.request(1)).await;

    assert!(matches!(
        refused,
        Err(SendMessageError::CoolingDown { wait }) if wait == cooldown::FIRST_WAIT
    ));
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn a_message_whose_outcome_is_unknown_is_sent_once() {
        super::unknown_outcomes_are_not_repeated().await;
    }

    #[tokio::test]
    async fn a_recipient_who_has_to_wait_costs_no_call() {
        super::refused_sends_cost_no_call().await;
    }
}
