//! Waiting for a message in a test inbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use otp_core::ports::{Clock, PortError, TestInbox};
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::time::Timestamp;
use otp_core::usecases::forget_test_messages::ForgetTestMessages;
use otp_core::usecases::read_test_inbox::{ReadTestInbox, ReadTestInboxRequest};
use otp_testkit::contract::fixture::START;

use super::Tester;

/// An inbox whose messages do not appear until it was looked at a number of times.
struct Late {
    of: Arc<dyn TestInbox>,
    hidden_looks: Mutex<u32>,
}

#[async_trait::async_trait]
impl TestInbox for Late {
    async fn receive(&self, message: &TestMessage, kept: usize) -> Result<(), PortError> {
        self.of.receive(message, kept).await
    }

    async fn list_received(&self, query: TestInboxQuery) -> Result<Vec<TestMessage>, PortError> {
        let is_hidden = {
            let mut looks = self.hidden_looks.lock().expect("no panic");
            let is_hidden = *looks > 0;
            *looks = looks.saturating_sub(1);
            is_hidden
        };
        if is_hidden {
            return Ok(Vec::new());
        }
        self.of.list_received(query).await
    }

    async fn list_due(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<TestMessage>, PortError> {
        self.of.list_due(until, limit).await
    }

    async fn advance(&self, progress: &[LifeProgress]) -> Result<(), PortError> {
        self.of.advance(progress).await
    }

    async fn forget_received(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        self.of.forget_received(before, limit).await
    }
}

/// Each wait takes a second, and the bell goes on ringing unless it `ends`.
fn each_wait_takes_a_second(tester: &Tester, ends: bool) {
    let clock = Arc::clone(&tester.fixture().clock);
    let wait = move || {
        clock.advance(Duration::from_secs(1));
        !ends
    };
    *tester.bell.0.on_wait.lock().expect("no panic") = Some(Box::new(wait));
}

#[tokio::test]
async fn a_message_rings_the_bell_of_its_account() {
    let tester = Tester::new().await;
    tester.send("+12025550100").await.expect("sent");
    // One that does not arrive rings no bell.
    tester.send("+12025550104").await.expect("sent");
    let rings = tester.bell.0.rings.lock().expect("no panic").clone();
    assert_eq!(rings, [tester.caller.account_id]);
}

#[tokio::test]
async fn a_wait_ends_with_the_message_with_its_time_or_with_the_process() {
    for (hidden_looks, ends, found, waited) in [
        (0, false, 1, 0),
        (1, false, 1, 1),
        (5, false, 1, 5),
        (u32::MAX, false, 0, 20),
        (5, true, 0, 1),
    ] {
        let tester = Tester::new().await;
        tester.send("+12025550100").await.expect("sent");
        each_wait_takes_a_second(&tester, ends);
        let read = ReadTestInbox {
            inbox: Arc::new(Late {
                of: tester.fixture().store.clone(),
                hidden_looks: Mutex::new(hidden_looks),
            }),
            ..tester.read()
        };
        let messages = read.execute(tester.wanted(Some("+12025550100"), 20)).await;
        assert_eq!(messages.expect("read").len(), found);
        let took = tester.fixture().clock.now().since(START);
        assert_eq!(took.as_secs(), waited, "{hidden_looks} {ends}");
    }
}

#[tokio::test]
async fn nobody_waits_for_longer_than_half_a_minute() {
    let tester = Tester::new().await;
    each_wait_takes_a_second(&tester, false);
    let read = tester.read().execute(tester.wanted(None, 3_600)).await;
    assert_eq!(read.expect("read"), []);
    let took = tester.fixture().clock.now().since(START);
    assert_eq!(took.as_secs(), 30);
}

#[tokio::test]
async fn an_older_message_does_not_end_the_wait_for_a_new_one() {
    let tester = Tester::new().await;
    tester.send("+12025550100").await.expect("sent");
    tester.after(60).await;
    let from = Some(tester.fixture().clock.now());
    each_wait_takes_a_second(&tester, false);
    let request = ReadTestInboxRequest {
        from,
        ..tester.wanted(Some("+12025550100"), 3)
    };
    assert_eq!(
        tester.read().execute(request.clone()).await.expect("read"),
        []
    );
    tester.send("+12025550100").await.expect("sent");
    let read = tester.read().execute(request).await.expect("read");
    assert_eq!(read.len(), 1);
}

#[tokio::test]
async fn a_message_is_forgotten_after_a_day() {
    let tester = Tester::new().await;
    tester.send("+12025550100").await.expect("sent");
    let forget = ForgetTestMessages {
        inbox: tester.fixture().store.clone(),
        clock: tester.fixture().clock.clone(),
    };
    for (hours, left) in [(24, 1), (1, 0)] {
        tester.after(hours * 60 * 60).await;
        assert!(!forget.execute().await.expect("forgotten"));
        assert_eq!(tester.inbox(None).await.len(), left);
    }
}
