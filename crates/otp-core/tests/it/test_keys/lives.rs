//! The lives of test numbers.

use std::sync::Arc;
use std::time::Duration;

use mockall::predicate::eq;
use otp_core::ids::MessageId;
use otp_core::message::MessageStatus;
use otp_core::passcode::Passcode;
use otp_core::ports::{Accepted, Clock, MockClock, SendError};
use otp_core::recipient::Recipient;
use otp_core::test_inbox::{OutgoingTest, TestMessage};
use otp_core::test_number::TestNumber;
use otp_core::usecases::receive_test_message::ReceiveTestMessage;
use otp_core::usecases::send_message::SendMessageError;
use otp_testkit::contract::fixture::START;

use super::Tester;

#[tokio::test]
async fn a_number_gets_its_reports_in_time() {
    use MessageStatus::{Delivered, Failed, Pending, Read, Sent};
    for (to, statuses) in [
        // The status after 0, 1, 2, 5 and 60 seconds.
        (
            "+966551234567",
            [Sent, Sent, Delivered, Delivered, Delivered],
        ),
        (
            "+12025550100",
            [Sent, Sent, Delivered, Delivered, Delivered],
        ),
        ("+12025550112", [Sent, Sent, Sent, Sent, Sent]),
        (
            "+12025550103",
            [Pending, Sent, Delivered, Delivered, Delivered],
        ),
        (
            "+12025550104",
            [Pending, Pending, Pending, Pending, Pending],
        ),
        ("+12025550170", [Sent, Sent, Sent, Sent, Sent]),
        ("+12025550171", [Sent, Sent, Sent, Delivered, Delivered]),
        ("+12025550172", [Sent, Sent, Sent, Sent, Delivered]),
        ("+12025550173", [Sent, Sent, Delivered, Read, Read]),
        ("+12025550174", [Sent, Sent, Read, Read, Read]),
        ("+12025550179", [Sent, Sent, Sent, Sent, Sent]),
        ("+12025550181", [Sent, Failed, Failed, Failed, Failed]),
        ("+12025550185", [Sent, Sent, Failed, Delivered, Delivered]),
        (
            "+12025550186",
            [Sent, Sent, Delivered, Delivered, Delivered],
        ),
        ("+12025550188", [Sent, Sent, Failed, Failed, Failed]),
    ] {
        let tester = Tester::new().await;
        let sent = tester.send(to).await.expect("sent");
        let mut seen = vec![tester.status(sent.id).await];
        for seconds in [1, 1, 3, 55] {
            tester.after(seconds).await;
            seen.push(tester.status(sent.id).await);
        }
        assert_eq!(seen, statuses, "{to}");
    }
}

#[tokio::test]
async fn a_report_that_is_made_late_has_the_time_of_its_event() {
    let tester = Tester::new().await;
    let sent = tester.send("+12025550100").await.expect("sent");
    tester.after(60).await;
    let store = &tester.fixture().store;
    let history = store.find_history(tester.caller.account_id, sent.id).await;
    let events = history.expect("find").expect("a message").events;
    let times = events.iter().filter_map(|event| event.provider_time);
    let times: Vec<_> = times.map(|at| at.since(START).as_millis()).collect();
    assert_eq!(times, [300, 1_200]);
}

#[tokio::test]
async fn a_failure_has_its_code_and_costs_nothing() {
    let tester = Tester::new().await;
    let sent = tester.send("+12025550180").await.expect("sent");
    tester.after(2).await;
    let message = tester.message(sent.id).await;
    let failure = message.failure.expect("a failure");
    assert_eq!(failure.code, Some(131_026));
    assert_eq!(failure.title, "Message undeliverable");
    // A failed message starts no cooldown.
    tester.send("+12025550180").await.expect("sent");
}

#[tokio::test]
async fn a_report_that_is_made_twice_changes_nothing() {
    for number in TestNumber::all() {
        let tester = Tester::new().await;
        let Ok(sent) = tester.send(&number.to_string()).await else {
            continue;
        };
        let store = &tester.fixture().store;
        // A process dies between each report and its record.
        let at = tester.fixture().clock.now() + Duration::from_secs(60);
        let before = store.list_due(at, 9).await.expect("listed");
        tester.after(60).await;
        let message = tester.message(sent.id).await;
        let history = store.find_history(tester.caller.account_id, sent.id).await;
        let forgotten = store.forget_received(at, 9).await;
        assert!(forgotten.expect("forgotten") >= before.len());
        for message in before {
            store.receive(&message, 9).await.expect("received");
        }
        tester.after(60).await;
        assert_eq!(tester.message(sent.id).await, message, "{number}");
        let after = store.find_history(tester.caller.account_id, sent.id).await;
        assert_eq!(after.expect("find"), history.expect("find"), "{number}");
    }
}

#[tokio::test]
async fn a_person_who_replies_stop_gets_no_more_messages() {
    for (to, stops) in [
        ("+12025550190", true),
        ("+12025550191", true),
        ("+12025550194", true),
        ("+12025550195", false),
        ("+12025550100", false),
    ] {
        let tester = Tester::new().await;
        tester.send(to).await.expect("sent");
        tester.after(60).await;
        let again = tester.send(to).await;
        let refused = matches!(again, Err(SendMessageError::RecipientOptedOut));
        assert_eq!(refused, stops, "{to}");
    }
}

#[tokio::test]
async fn a_refusal_is_answered_like_the_providers_and_tried_again_if_it_is_temporary() {
    for (to, code, status, waited) in [
        ("+12025550120", 131_026, 400, 0),
        ("+12025550131", 130_429, 429, 2),
        ("+12025550133", 80_007, 429, 0),
        ("+12025550166", 131_016, 500, 1),
    ] {
        let tester = Tester::new().await;
        let refused = tester.send(to).await.expect_err("refused");
        let SendMessageError::RefusedByProvider { id, refusal } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(refusal.http_status, Some(status), "{to}");
        assert_eq!(refusal.failure.code, Some(code), "{to}");
        assert!(refusal.message.starts_with(&format!("(#{code}) ")), "{to}");
        assert_eq!(tester.status(id).await, MessageStatus::Failed);
        assert_eq!(tester.inbox(None).await, []);
        let took = tester.fixture().clock.now().since(START);
        assert_eq!(took.as_secs(), waited, "{to}");
    }
}

#[tokio::test]
async fn a_slow_answer_comes_late_or_not_at_all() {
    for (to, status, waited) in [
        ("+12025550101", MessageStatus::Sent, 3),
        // The time-out of a call to the provider is 8 seconds here.
        ("+12025550102", MessageStatus::Pending, 8),
    ] {
        let tester = Tester::new().await;
        let sent = tester.send(to).await.expect("sent");
        assert_eq!(sent.status, status, "{to}");
        let took = tester.fixture().clock.now().since(START);
        assert_eq!(took.as_secs(), waited, "{to}");
        tester.after(2).await;
        assert_eq!(tester.status(sent.id).await, MessageStatus::Delivered);
    }
}

/// Hands a message to this number over, by this clock and within this time.
async fn hand_over(to: &str, clock: MockClock, timeout: Duration) -> Result<Accepted, SendError> {
    let tester = Tester::new().await;
    let fixture = tester.fixture();
    let to = Recipient::parse(to).expect("a recipient");
    let code = Passcode::parse(Some("482913")).expect("a passcode");
    let id = MessageId::generate(START, &*fixture.randomness);
    let sealer = fixture.sealer_of(tester.caller.account_id).await;
    let message = TestMessage::seal(id, (&to, &code), START, &sealer, &*fixture.randomness);
    let receive = ReceiveTestMessage {
        inbox: fixture.store.clone(),
        bell: Arc::new(tester.bell.clone()),
        clock: Arc::new(clock),
    };
    let outgoing = OutgoingTest {
        message,
        number: TestNumber::to(&to),
        timeout,
    };
    receive.execute(&outgoing).await
}

#[tokio::test]
async fn an_answer_counts_if_it_comes_within_the_time() {
    for (milliseconds, is_accepted) in [(2_999, false), (3_000, true)] {
        let timeout = Duration::from_millis(milliseconds);
        let mut clock = MockClock::new();
        let sleep = clock.expect_sleep().with(eq(timeout)).times(1);
        sleep.return_const(());
        let answer = hand_over("+12025550101", clock, timeout).await;
        assert_eq!(answer.is_ok(), is_accepted, "{answer:?}");
    }
}

#[tokio::test]
async fn an_answer_without_delay_waits_for_no_clock() {
    let mut clock = MockClock::new();
    clock.expect_sleep().never();
    let answer = hand_over("+12025550100", clock, Duration::from_secs(8)).await;
    answer.expect("accepted");
}
