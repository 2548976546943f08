//! `MailNotices`: each notice leaves the outbox once, whatever the mail server does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::account::Account;
use otp_core::ids::{ApiKeyId, NoticeId, WebhookEndpointId};
use otp_core::lease::Lease;
use otp_core::notice::{MailNotice, NoticeKind, NoticeState};
use otp_core::page::PagePosition;
use otp_core::ports::{
    Accounts, AddressedNotice, ApiKeys, Clock, MockAccounts, MockNoticeOutbox, NoticeError,
    NoticeSender, TestMail,
};
use otp_core::sealing::Sealed;
use otp_core::send::SendAttempt;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::announce_expiring_keys::AnnounceExpiringKeys;
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::forget_ended_notices::{ForgetEndedNotices, RETENTION};
use otp_core::usecases::mail_notices::{GIVE_UP_AFTER, MailNotices, Mailed};
use otp_core::webhook::delivery_log::{DeliveryFilter, DeliveryQuery};
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_core::webhook::{EventFilter, WebhookEventKind};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START, operator};
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3_600);

/// A mail server with a given answer, which stores the mail it accepts.
#[derive(Default)]
struct Server {
    answer: Mutex<Option<NoticeError>>,
    took: Mutex<Vec<AddressedNotice>>,
    asked: Mutex<usize>,
}

impl Server {
    fn answer(&self, answer: Option<NoticeError>) {
        *self.answer.lock().expect("no panic") = answer;
    }

    fn took(&self) -> Vec<AddressedNotice> {
        self.took.lock().expect("no panic").clone()
    }

    fn asked(&self) -> usize {
        *self.asked.lock().expect("no panic")
    }
}

#[async_trait]
impl NoticeSender for Server {
    async fn send(&self, mail: &AddressedNotice) -> Result<(), NoticeError> {
        *self.asked.lock().expect("no panic") += 1;
        match self.answer.lock().expect("no panic").clone() {
            Some(error) => Err(error),
            None => {
                self.took.lock().expect("no panic").push(mail.clone());
                Ok(())
            }
        }
    }

    async fn send_test(&self, _mail: &TestMail) -> Result<(), NoticeError> {
        unreachable!("nobody tests the settings here")
    }
}

struct World {
    fixture: Fixture,
    server: Arc<Server>,
    mail: MailNotices,
}

impl World {
    async fn with_credits(credits: i64) -> Self {
        let store = Arc::new(MemoryStore::default());
        let fixture = Fixture::with_credits(store.clone(), credits).await;
        let server = Arc::new(Server::default());
        let mail = MailNotices {
            outbox: store.clone(),
            accounts: store.clone(),
            persons: store.clone(),
            teams: store,
            sealers: fixture.sealers(),
            installation: Arc::clone(&fixture.installation),
            sender: server.clone(),
            clock: fixture.clock.clone(),
            orders_to: None,
            gateway: None,
        };
        Self {
            fixture,
            server,
            mail,
        }
    }

    /// Sends notices as the server does, until none is due or one was not accepted.
    async fn round(&self) {
        while let Some(mailed) = self.mail.execute().await.expect("a round") {
            if mailed.state == NoticeState::Waiting {
                break;
            }
        }
    }

    async fn states(&self) -> Vec<NoticeState> {
        let unsent = self.fixture.store.list_unsent(1_000).await.expect("listed");
        unsent.iter().map(|queued| queued.state).collect()
    }

    async fn enqueue(&self, occasion: u128) -> NoticeId {
        let kind = NoticeKind::KeyExpiring {
            api_key_id: ApiKeyId(Uuid::from_u128(occasion)),
            hint: "otp_live_abcd".to_owned(),
            expires_at: START,
        };
        let (account, now) = (self.fixture.account, self.fixture.clock.now());
        let notice = MailNotice::new(account, kind, &occasion.to_string(), None, now);
        let queue = std::slice::from_ref(&notice);
        self.fixture.store.enqueue(queue).await.expect("enqueued");
        notice.id
    }
}

fn down() -> NoticeError {
    NoticeError::Unknown("the connection failed".to_owned())
}

/// A mail server is down for a day, in which a balance becomes low and two keys are about to expire.
#[tokio::test]
async fn an_outage_of_the_mail_server_for_a_day_neither_loses_nor_repeats_a_notice() {
    let world = World::with_credits(100).await;
    world.server.answer(Some(down()));
    let fixture = &world.fixture;
    for number in 0..91 {
        fixture.send(number).await;
    }
    for key in 1..=2 {
        world.enqueue(key).await;
    }
    let written = 3;
    for _ in 0..24 * 60 {
        world.round().await;
        fixture.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(world.server.took(), []);
    assert_eq!(world.states().await, vec![NoticeState::Waiting; written]);
    // One attempt in each hour for each notice, after the first, quicker ones.
    assert!(
        world.server.asked() < written * 40,
        "{}",
        world.server.asked()
    );

    world.server.answer(None);
    for _ in 0..60 {
        world.round().await;
        fixture.clock.advance(Duration::from_secs(60));
    }
    let took = world.server.took();
    let mut ids: Vec<_> = took.iter().map(|mail| mail.notice.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((took.len(), ids.len()), (written, written));
    let mut kinds: Vec<_> = took.iter().map(|mail| mail.notice.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["KeyExpiring", "KeyExpiring", "LowBalance"]);
    assert_eq!(world.states().await, []);
}

#[tokio::test]
async fn a_notice_is_written_in_its_own_language_or_the_accounts() {
    let world = World::with_credits(1).await;
    let attempt = SendAttempt {
        notice_language: Some(UiLanguage::Arabic),
        ..world.fixture.attempt(1)
    };
    world.fixture.admit(&attempt).await;
    world.fixture.clock.advance(HOUR);
    world.enqueue(1).await;
    world.round().await;
    let told: Vec<_> = world.server.took();
    let told = told
        .iter()
        .map(|mail| (mail.notice.kind.as_str(), mail.language));
    let expected = [
        ("SubscriptionSpent", UiLanguage::Arabic),
        ("KeyExpiring", UiLanguage::English),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let to = &world.server.took()[0].to;
    assert_eq!(to.address.as_str(), "amal@example.com");
    assert_eq!(format!("{to:?}"), "NoticeRecipient(…)");
}

#[tokio::test]
async fn a_refused_notice_is_given_up_and_delays_no_other() {
    let world = World::with_credits(1).await;
    world.enqueue(1).await;
    world
        .server
        .answer(Some(NoticeError::Refused("550".to_owned())));
    world.round().await;
    world.server.answer(None);
    let other = world.enqueue(2).await;
    world.round().await;
    let took: Vec<_> = world
        .server
        .took()
        .iter()
        .map(|mail| mail.notice.id)
        .collect();
    assert_eq!(took, [other]);
    assert_eq!(world.states().await, [NoticeState::GivenUp]);
}

#[tokio::test]
async fn a_notice_that_is_not_accepted_for_five_days_is_given_up() {
    let world = World::with_credits(1).await;
    world.enqueue(1).await;
    world
        .server
        .answer(Some(NoticeError::Postponed("451".to_owned())));
    let mut last = START;
    while world.states().await == [NoticeState::Waiting] {
        world.round().await;
        last = world.fixture.clock.now();
        world.fixture.clock.advance(HOUR / 4);
    }
    assert_eq!(world.states().await, [NoticeState::GivenUp]);
    assert!(
        last.since(START) >= GIVE_UP_AFTER - 2 * HOUR,
        "{:?}",
        last.since(START)
    );
    // A notice that waited for as long without a mail server is not sent late.
    world.server.answer(None);
    world.enqueue(2).await;
    world.fixture.clock.advance(GIVE_UP_AFTER);
    world.round().await;
    assert_eq!(world.server.took(), []);
    assert_eq!(world.states().await, [NoticeState::GivenUp; 2]);
}

#[tokio::test]
async fn each_attempt_reports_its_result_and_decides_when_the_next_one_is_due() {
    let refused = || NoticeError::Refused("550".to_owned());
    let postponed = || NoticeError::Postponed("451".to_owned());
    for (answer, state, due_again) in [
        (None, NoticeState::Sent, false),
        (Some(refused()), NoticeState::GivenUp, false),
        (Some(postponed()), NoticeState::Waiting, true),
        (Some(down()), NoticeState::Waiting, true),
    ] {
        let world = World::with_credits(1).await;
        let id = world.enqueue(1).await;
        world.server.answer(answer.clone());
        let attempt = async || world.mail.execute().await.expect("an attempt");
        let expected = Mailed {
            id,
            kind: "KeyExpiring",
            state,
            failure: answer.map(|error| error.to_string()),
        };
        assert_eq!(attempt().await, Some(expected));
        for (step, due) in [(9_999, false), (1, due_again)] {
            world.fixture.clock.advance(Duration::from_millis(step));
            let again = attempt().await;
            assert_eq!(again.is_some(), due, "{state:?} after {step} ms");
        }
    }
}

#[tokio::test]
async fn a_notice_of_nearly_five_days_is_still_sent() {
    let world = World::with_credits(1).await;
    let id = world.enqueue(1).await;
    let almost = GIVE_UP_AFTER - Duration::from_millis(1);
    world.fixture.clock.advance(almost);
    world.round().await;
    assert_eq!(world.server.took()[0].notice.id, id);
    assert_eq!(world.server.took()[0].at, START + almost);
}

/// The first retry is 10 s after the first attempt.
#[tokio::test]
async fn a_notice_whose_next_attempt_would_be_too_late_is_given_up() {
    let last = GIVE_UP_AFTER - Duration::from_secs(10);
    for (age, state) in [
        (last - Duration::from_millis(1), NoticeState::Waiting),
        (last, NoticeState::GivenUp),
    ] {
        let world = World::with_credits(1).await;
        world.server.answer(Some(down()));
        world.enqueue(1).await;
        world.fixture.clock.advance(age);
        world.round().await;
        assert_eq!(world.states().await, [state]);
    }
}

#[tokio::test]
async fn a_notice_of_an_account_that_is_gone_is_given_up_without_a_mail() {
    let world = World::with_credits(1).await;
    let id = world.enqueue(1).await;
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(|_| Ok(None));
    let store = world.fixture.store.clone();
    let without_account = MailNotices {
        accounts: Arc::new(accounts),
        ..world.mail.clone()
    };
    let without_key = world.mail.clone();
    for (number, mail) in [(1, without_account), (2, without_key)] {
        let id = if number == 1 {
            id
        } else {
            world.enqueue(2).await
        };
        if number == 2 {
            let deleted = store.delete_account_key(world.fixture.account).await;
            assert!(deleted.expect("deleted"));
        }
        let mailed = mail.execute().await.expect("an attempt").expect("due");
        assert_eq!((mailed.id, mailed.state), (id, NoticeState::GivenUp));
        let failure = mailed.failure.expect("a reason");
        assert!(failure.contains("the account is gone"), "{failure}");
    }
    assert_eq!(world.server.asked(), 0);
}

#[tokio::test]
async fn a_notice_to_an_address_that_cannot_be_read_waits() {
    let world = World::with_credits(1).await;
    world.enqueue(1).await;
    let store = &world.fixture.store;
    let find = async |id| {
        let found = Accounts::find(&**store, id).await;
        found.expect("found").expect("an account")
    };
    let other = world.fixture.another_account().await;
    let damaged = Account {
        contact: find(other).await.contact,
        ..find(world.fixture.account).await
    };
    let mut accounts = MockAccounts::new();
    accounts
        .expect_find()
        .return_once(move |_| Ok(Some(damaged)));
    let mail = MailNotices {
        accounts: Arc::new(accounts),
        ..world.mail.clone()
    };
    let mailed = mail.execute().await.expect("an attempt").expect("due");
    assert_eq!(mailed.state, NoticeState::Waiting);
    let failure = mailed.failure.expect("a reason");
    assert!(failure.contains("address cannot be read"), "{failure}");
    assert_eq!(world.server.asked(), 0);
}

#[tokio::test]
async fn one_notice_at_a_time_is_claimed_for_five_minutes() {
    let world = World::with_credits(1).await;
    let mut outbox = MockNoticeOutbox::new();
    let lease = Lease::begin(START, Duration::from_secs(300));
    outbox
        .expect_claim()
        .once()
        .withf(move |claimed, limit| (*claimed, *limit) == (lease, 1))
        .return_once(|_, _| Ok(Vec::new()));
    let mail = MailNotices {
        outbox: Arc::new(outbox),
        ..world.mail
    };
    assert_eq!(mail.execute().await.expect("a round"), None);
}

#[tokio::test]
async fn a_notice_that_was_given_up_is_remembered_for_the_retention() {
    let world = World::with_credits(1).await;
    world.enqueue(1).await;
    let refused = NoticeError::Refused("550".to_owned());
    world.server.answer(Some(refused));
    world.round().await;
    let forget = ForgetEndedNotices {
        outbox: world.fixture.store.clone(),
        clock: world.fixture.clock.clone(),
    };
    for (wait, left) in [(RETENTION, 1), (Duration::from_millis(1), 0)] {
        world.fixture.clock.advance(wait);
        forget.execute().await.expect("a round");
        assert_eq!(world.states().await.len(), left);
    }
}

#[tokio::test]
async fn a_process_that_dies_after_sending_leaves_the_same_mail_to_the_next() {
    let world = World::with_credits(1).await;
    let id = world.enqueue(1).await;
    // The process claimed and sent the notice, but did not record it.
    let now = world.fixture.clock.now();
    let lease = Lease::begin(now, Duration::from_secs(300));
    let claimed = world.fixture.store.claim(lease, 1).await;
    assert_eq!(claimed.expect("claimed").len(), 1);
    world.round().await;
    assert_eq!(world.server.took(), []);
    world.fixture.clock.advance(Duration::from_secs(300));
    world.round().await;
    // The mail has the id of the notice, so a mail reader recognises the repetition.
    assert_eq!(world.server.took()[0].notice.id, id);
}

#[tokio::test]
async fn an_expiring_key_is_announced_exactly_twice_and_remembered_until_it_has_expired() {
    let world = World::with_credits(1).await;
    let (fixture, expiry) = (&world.fixture, START + 240 * HOUR);
    let create_api_key = CreateApiKey {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let new = NewApiKey {
        account_id: fixture.account,
        name: "shop".to_owned(),
        expires_at: Some(expiry),
    };
    create_api_key
        .execute(new, AccountActor::Operator(operator()))
        .await
        .expect("a key");
    let endpoint = WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(1)),
        account_id: fixture.account,
        url: Some(Sealed(Vec::new())),
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(Vec::new()),
        previous_secret: None,
        created_at: START,
    };
    let added = fixture
        .store
        .add_webhook_endpoint(&endpoint, &world.fixture.entry())
        .await;
    assert!(added.expect("an endpoint"));
    let announce = AnnounceExpiringKeys {
        keys: fixture.store.clone(),
        outbox: fixture.store.clone(),
        deliveries: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    let forget = ForgetEndedNotices {
        outbox: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    let mut announced: Vec<Timestamp> = Vec::new();
    for _ in 0..250 {
        announce.execute().await.expect("a round");
        world.round().await;
        forget.execute().await.expect("a round");
        let routed = fixture.store.route_webhook_events(fixture.clock.now(), 9);
        routed.await.expect("routed");
        if world.server.took().len() > announced.len() {
            announced.push(fixture.clock.now());
        }
        fixture.clock.advance(HOUR);
    }
    assert_eq!(announced, [expiry - 168 * HOUR, expiry - 24 * HOUR]);
    assert!(RETENTION > 168 * HOUR);
    let query = DeliveryQuery {
        endpoint_id: endpoint.id,
        before: PagePosition::END,
        filter: DeliveryFilter::All,
        limit: 9,
    };
    let told = fixture.store.list_webhook_deliveries(&query).await;
    let told = told.expect("a list").into_iter().rev();
    let told: Vec<_> = told
        .map(|delivery| (delivery.event.kind, delivery.event.at))
        .collect();
    let kind = WebhookEventKind::ApiKeyExpiring;
    let expected: Vec<_> = announced.into_iter().map(|at| (kind, at)).collect();
    assert_eq!(told, expected);
    let keys = ApiKeys::list(&*fixture.store, fixture.account).await;
    assert_eq!(keys.expect("keys").len(), 2);
}
