//! `ExpirePendingMessages`, over a store in memory and a clock set by hand: accounts that cannot be
//! settled, clocks that jump, calls under way, and how much is searched.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::keyring::{AccountKey, KeyOwner};
use otp_core::message::{ExpiryPosition, Message, MessageStatus};
use otp_core::ports::{
    Accepted, Clock, MessageSender, Messages, MockDirectory, MockReceipts, OutgoingMessage,
    PortError, SendError, SendLedger, Storage,
};
use otp_core::receipt::{DeliveryReceipt, MessageReference, Report, UnmatchedReceipt};
use otp_core::recipient_identity::ProviderIdentities;
use otp_core::sealing::ProviderMessageIndex;
use otp_core::send::{Admission, SendAttempt, Settlement};
use otp_core::time::Timestamp;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::expire_pending_messages::{ExpirePendingMessages, ExpiryRound};
use otp_core::usecases::send_message::{SendMessage, SendPolicy};
use otp_testkit::contract::fixture::{Fixture, START};
use otp_testkit::sender::accepted;
use otp_testkit::world::PHONE_NUMBER_ID;
use otp_testkit::{ManualClock, ScriptedSender, World};
use tokio::sync::Mutex as AsyncMutex;

const LIFETIME: Duration = Duration::from_secs(600);

fn expire(world: &World) -> ExpirePendingMessages {
    ExpirePendingMessages::new(world.apply_receipts(), world.fixture.clock.clone())
}

async fn expired(expire: &mut ExpirePendingMessages) -> usize {
    expire.execute().await.expect("a round").expired
}

async fn status(fixture: &Fixture, attempt: &SendAttempt) -> MessageStatus {
    let found = Messages::find(&*fixture.store, attempt.account_id, attempt.message_id).await;
    let found: Option<Message> = found.expect("find");
    found.expect("the message").status
}

async fn world() -> World {
    World::with_provider(ScriptedSender::default()).await
}

/// A ledger that cannot settle one account.
struct BrokenAccount {
    inner: Arc<dyn Storage>,
    account: AccountId,
    refused: Mutex<usize>,
}

#[async_trait]
impl SendLedger for BrokenAccount {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        self.inner.admit(attempts).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        if settlements.iter().any(|one| one.account_id == self.account) {
            *self.refused.lock().expect("nobody panics here") += 1;
            return Err(PortError::Backend("the account is damaged".into()));
        }
        self.inner.settle(settlements).await
    }
}

#[tokio::test]
async fn an_account_that_cannot_be_settled_stops_no_other() {
    let world = world().await;
    let fixture = &world.fixture;
    fixture.grant(2_000).await;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    other.grant_to(other.account, 10).await;
    // More than one look's worth of messages is in the way.
    let damaged: Vec<_> = (0..1_100).map(|number| fixture.attempt(number)).collect();
    fixture.admit_all(damaged.clone()).await;
    fixture.clock.advance(Duration::from_millis(1));
    let sound = other.send(1).await;
    let ledger = Arc::new(BrokenAccount {
        inner: fixture.store.clone(),
        account: fixture.account,
        refused: Mutex::default(),
    });
    let apply = ApplyReceipts {
        ledger: ledger.clone(),
        ..world.apply_receipts()
    };
    let mut expire = ExpirePendingMessages::new(apply, fixture.clock.clone());
    fixture.clock.advance(LIFETIME);
    assert!(matches!(expire.execute().await, Err(PortError::Backend(_))));
    assert_eq!(status(fixture, &sound).await, MessageStatus::Failed);
    // The damaged account was tried once, not once for each look.
    assert_eq!(*ledger.refused.lock().expect("nobody panics here"), 1);

    // Once the account is repaired, its messages expire within a minute.
    assert_eq!(status(fixture, &damaged[0]).await, MessageStatus::Pending);
    expire = ExpirePendingMessages::new(
        ApplyReceipts {
            ledger: Arc::new(BrokenAccount {
                inner: fixture.store.clone(),
                account: other.account,
                refused: Mutex::default(),
            }),
            ..world.apply_receipts()
        },
        fixture.clock.clone(),
    );
    assert_eq!(expired(&mut expire).await, 1_100);
    fixture.assert_ledger_balances().await;
}

#[tokio::test]
async fn a_kept_receipt_of_an_account_that_cannot_be_settled_stops_no_other() {
    let world = world().await;
    let fixture = &world.fixture;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    other.grant_to(other.account, 10).await;
    let (damaged, sound) = (fixture.send(1).await, other.send(1).await);
    let delivered = |attempt: &SendAttempt, index| UnmatchedReceipt {
        reference: MessageReference {
            phone_number_id: ProviderId::parse(PHONE_NUMBER_ID).expect("digits"),
            message_id: Some(attempt.message_id),
            provider_index: ProviderMessageIndex([index; 32]),
        },
        report: Report::Delivered,
        recipient: None,
        provider_time: START,
        received_at: START,
    };
    let kept = [delivered(&damaged, 1), delivered(&sound, 2)];
    fixture.store.keep_unmatched(&kept).await.expect("kept");
    let apply = ApplyReceipts {
        ledger: Arc::new(BrokenAccount {
            inner: fixture.store.clone(),
            account: fixture.account,
            refused: Mutex::default(),
        }),
        ..world.apply_receipts()
    };
    let mut expire = ExpirePendingMessages::new(apply, fixture.clock.clone());
    let round = expire.execute().await;
    assert!(matches!(round, Err(PortError::Backend(_))));
    assert_eq!(status(fixture, &sound).await, MessageStatus::Delivered);
    // Only the other's is still needed.
    let left = fixture.store.list_unmatched(9).await.expect("listed");
    assert_eq!(left, kept[..1]);
}

/// Opens the keys of two accounts, except that one's is another's.
async fn sealers_with_a_damaged_key(fixture: &Fixture, damaged: AccountId) -> AccountSealers {
    let sealers = fixture.sealers();
    let stored = sealers.directory.find_account_key(fixture.account).await;
    let stored = stored.expect("found").expect("a key");
    let owner = KeyOwner::Account(fixture.account);
    let foreign = sealers
        .master_keys
        .generate_key(owner, &*fixture.randomness);
    let foreign = Arc::new(AccountKey::new(damaged, foreign));
    let mut directory = MockDirectory::new();
    directory
        .expect_find_account_key()
        .returning(move |account| {
            let key = if account == damaged {
                &foreign
            } else {
                &stored
            };
            Ok(Some(Arc::clone(key)))
        });
    AccountSealers {
        directory: Arc::new(directory),
        ..sealers
    }
}

#[tokio::test]
async fn an_account_whose_key_does_not_open_stops_no_other() {
    let world = world().await;
    let fixture = &world.fixture;
    fixture.grant(10).await;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    other.grant_to(other.account, 10).await;
    let (damaged, sound) = (other.send(1).await, fixture.send(1).await);
    let naming_a_recipient = |attempt: &SendAttempt| DeliveryReceipt {
        reference: MessageReference {
            phone_number_id: ProviderId::parse(PHONE_NUMBER_ID).expect("digits"),
            message_id: Some(attempt.message_id),
            provider_index: ProviderMessageIndex([1; 32]),
        },
        report: Report::Delivered,
        recipient: ProviderIdentities::new(Some("SA.1"), None),
        provider_time: START,
        received_at: START,
    };
    let apply = ApplyReceipts {
        sealers: sealers_with_a_damaged_key(fixture, other.account).await,
        ..world.apply_receipts()
    };
    let receipts = vec![naming_a_recipient(&damaged), naming_a_recipient(&sound)];
    let applied = apply.execute(receipts).await;
    assert!(matches!(applied, Err(PortError::Backend(_))));
    assert_eq!(status(fixture, &sound).await, MessageStatus::Delivered);
    assert_eq!(status(&other, &damaged).await, MessageStatus::Pending);

    // Nor does its kept receipt stop the expiry of the other's messages.
    let kept = naming_a_recipient(&damaged).seal(&fixture.installation, &*fixture.randomness);
    fixture.store.keep_unmatched(&[kept]).await.expect("kept");
    let late = fixture.send(2).await;
    fixture.clock.advance(LIFETIME);
    let mut expire = ExpirePendingMessages::new(apply, fixture.clock.clone());
    assert!(matches!(expire.execute().await, Err(PortError::Backend(_))));
    assert_eq!(status(fixture, &late).await, MessageStatus::Failed);
    let left = fixture.store.list_unmatched(9).await.expect("listed");
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn a_clock_set_forward_fails_no_message_before_its_time() {
    let world = world().await;
    let fixture = &world.fixture;
    let clock = &fixture.clock;
    let mut expire = expire(&world);
    let before = fixture.send(1).await;
    assert_eq!(expired(&mut expire).await, 0);
    for jump in [30 * 60, 24 * 60 * 60] {
        clock.set(clock.now() + Duration::from_secs(jump));
        assert_eq!(expired(&mut expire).await, 0);
    }
    clock.advance(Duration::from_secs(60));
    let after = fixture.send(2).await;
    clock.advance(LIFETIME - Duration::from_millis(60_001));
    assert_eq!(expired(&mut expire).await, 0);
    // The first has really lived ten minutes, the second nine.
    clock.advance(Duration::from_millis(1));
    assert_eq!(expired(&mut expire).await, 1);
    assert_eq!(status(fixture, &before).await, MessageStatus::Failed);
    assert_eq!(status(fixture, &after).await, MessageStatus::Pending);
    clock.advance(Duration::from_secs(60));
    assert_eq!(expired(&mut expire).await, 1);
}

#[tokio::test]
async fn a_message_expires_in_time_after_the_clock_went_back() {
    let world = world().await;
    let fixture = &world.fixture;
    let clock = &fixture.clock;
    let mut expire = expire(&world);
    clock.set(START + Duration::from_secs(24 * 60 * 60));
    assert_eq!(expired(&mut expire).await, 0);
    clock.set(START);
    assert_eq!(expired(&mut expire).await, 0);
    fixture.send(1).await;
    let mut total = 0;
    for _ in 0..LIFETIME.as_secs() {
        assert_eq!(total, 0);
        clock.advance(Duration::from_secs(1));
        total += expired(&mut expire).await;
    }
    assert_eq!(total, 1);
}

/// A provider that takes its time, while rounds go on.
struct SlowProvider {
    clock: Arc<ManualClock>,
    expire: AsyncMutex<ExpirePendingMessages>,
    takes: Duration,
}

#[async_trait]
impl MessageSender for SlowProvider {
    async fn send(&self, _: &OutgoingMessage) -> Result<Accepted, SendError> {
        self.clock.advance(self.takes);
        let round = self.expire.lock().await.execute().await;
        assert_eq!(round.expect("a round").expired, 0);
        Ok(accepted("wamid.A"))
    }
}

#[tokio::test]
async fn a_message_does_not_expire_during_its_own_call() {
    for (deadline, takes) in [(40, 35), (40, 59), (10, 29)] {
        let world = world().await;
        let send_message = SendMessage {
            sender: Arc::new(SlowProvider {
                clock: world.fixture.clock.clone(),
                expire: AsyncMutex::new(expire(&world)),
                takes: Duration::from_secs(takes),
            }),
            policy: SendPolicy {
                request_deadline: Duration::from_secs(deadline),
                provider_timeout: Duration::from_secs(deadline),
                message_lifetime: Duration::from_secs(30),
            },
            ..world.send_message.clone()
        };
        let sent = send_message.execute(world.request(1)).await.expect("sent");
        assert_eq!(sent.status, MessageStatus::Sent);
        let found = Messages::find(&*world.fixture.store, world.fixture.account, sent.id).await;
        let found = found.expect("find").expect("the message");
        assert_eq!(found.status, MessageStatus::Sent, "{deadline} {takes}");
        assert_eq!(world.fixture.balance().await, 9);
    }
}

/// A use case whose searches are recorded.
fn recorded(
    world: &World,
    answer: impl Fn() -> Result<(), PortError> + Send + Sync + 'static,
) -> (ExpirePendingMessages, Arc<Mutex<Vec<Timestamp>>>) {
    let searches = Arc::<Mutex<Vec<_>>>::default();
    let seen = Arc::clone(&searches);
    let mut receipts = MockReceipts::new();
    receipts
        .expect_list_unmatched()
        .returning(|_| Ok(Vec::new()));
    receipts.expect_forget_unmatched().returning(|_, _| Ok(()));
    receipts
        .expect_list_expired()
        .returning(move |after: ExpiryPosition, _, limit| {
            assert!(limit <= 1_000);
            seen.lock()
                .expect("nobody panics here")
                .push(after.expires_at);
            answer().map(|()| Vec::new())
        });
    let apply = ApplyReceipts {
        receipts: Arc::new(receipts),
        ..world.apply_receipts()
    };
    let expire = ExpirePendingMessages::new(apply, world.fixture.clock.clone());
    (expire, searches)
}

#[tokio::test]
async fn a_search_begins_where_the_last_one_ended_and_once_a_minute_with_the_oldest() {
    let world = world().await;
    let (mut expire, searches) = recorded(&world, || Ok(()));
    for _ in 0..125 {
        expire.execute().await.expect("a round");
        world.fixture.clock.advance(Duration::from_secs(1));
    }
    let oldest = Timestamp::from_unix_millis(0);
    for (second, after) in (0_u64..).zip(&*searches.lock().expect("nobody panics here")) {
        let expected = if second % 60 == 0 {
            oldest
        } else {
            START + Duration::from_secs(second - 1) - Duration::from_secs(30)
        };
        assert_eq!(*after, expected, "at second {second}");
    }
}

#[tokio::test]
async fn a_full_search_that_fails_does_not_stand_in_the_way_of_others() {
    let world = world().await;
    let unavailable = || Err(PortError::Unavailable("too slow".into()));
    let calls = Mutex::new(0);
    let (mut expire, searches) = recorded(&world, move || {
        let mut calls = calls.lock().expect("nobody panics here");
        *calls += 1;
        if *calls == 1 { unavailable() } else { Ok(()) }
    });
    expire.execute().await.expect_err("too slow");
    let round = expire.execute().await.expect("a round");
    assert_eq!(round, ExpiryRound::default());
    let after = searches.lock().expect("nobody panics here")[1];
    assert_eq!(after, world.fixture.clock.now() - Duration::from_secs(30));
}

#[tokio::test]
async fn a_round_goes_on_after_a_full_page() {
    const MORE_THAN_A_PAGE: u32 = 501;
    let world = world().await;
    world.fixture.grant(1_000).await;
    for number in 0..MORE_THAN_A_PAGE {
        world.fixture.send(number).await;
    }
    let mut expire = expire(&world);
    world.fixture.clock.advance(LIFETIME);
    assert_eq!(expired(&mut expire).await, MORE_THAN_A_PAGE as usize);
}
