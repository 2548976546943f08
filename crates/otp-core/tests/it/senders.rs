//! The administration of senders: find, stop, resume, and replace an access token.

use std::sync::Arc;
use std::time::Duration;

use mockall::Sequence;
use mockall::predicate::{always, eq};
use otp_core::channel::whatsapp::health::{
    Finding, HealthChange, HealthChanged, Rating, SenderHealth, StoppedBy,
};
use otp_core::channel::whatsapp::{AccessToken, Sender};
use otp_core::ids::SenderId;
use otp_core::ports::{MockSenderHealths, MockSenders, Senders};
use otp_core::usecases::find_senders::{FindSenders, FoundSender};
use otp_core::usecases::replace_access_token::{
    NewAccessToken, ReplaceAccessToken, ReplaceAccessTokenError,
};
use otp_core::usecases::resume_sender::{ResumeSender, ResumeSenderError};
use otp_core::usecases::stop_sender::{StopSender, StopSenderError};
use otp_testkit::contract::fixture::{START, staff_operator};
use otp_testkit::sender::refusal;
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

const UNKNOWN: SenderId = SenderId(Uuid::from_u128(42));

async fn world() -> (World, Sender) {
    let world = World::bare(ScriptedSender::default()).await;
    world.add_sender(&[]).await;
    let senders = Senders::list(&*world.fixture.store).await;
    let sender = senders.expect("senders").remove(0);
    (world, sender)
}

fn find_senders(world: &World) -> FindSenders {
    FindSenders {
        senders: world.fixture.store.clone(),
        healths: world.fixture.store.clone(),
        keyring: world.fixture.store.clone(),
        master_keys: world.fixture.sealers().master_keys,
    }
}

async fn find(world: &World, id: SenderId) -> FoundSender {
    let found = find_senders(world).find(id).await.expect("read");
    found.expect("found")
}

fn replace_access_token(world: &World) -> ReplaceAccessToken {
    ReplaceAccessToken {
        senders: world.fixture.store.clone(),
        healths: world.fixture.store.clone(),
        sealers: world.fixture.sealers(),
        clock: world.fixture.clock.clone(),
        randomness: world.fixture.randomness.clone(),
    }
}

fn new_token(sender: SenderId) -> NewAccessToken {
    let token = AccessToken::parse("EAAGnew").expect("a token");
    NewAccessToken { sender, token }
}

#[tokio::test]
async fn a_sender_is_found_with_its_number_and_its_health() {
    let (world, sender) = world().await;
    let found = find(&world, sender.id).await;
    let phone = found.phone.expect("the number");
    assert_eq!(phone.as_str(), "+15550783881");
    assert_eq!(found.health, SenderHealth::unknown(sender.id));

    let healths = &world.fixture.store;
    let stopped = healths.change_health(sender.id, &HealthChange::StoppedByOperator, START, None);
    let stopped = stopped.await.expect("stopped").after;
    assert_eq!(find(&world, sender.id).await.health, stopped);
    let unknown = find_senders(&world).find(UNKNOWN).await;
    assert_eq!(unknown.expect("read"), None);
}

#[tokio::test]
async fn senders_are_listed_by_account() {
    let (world, sender) = world().await;
    let other = world.fixture.another_account().await;
    world.add_sender_of(other, &[]).await;
    let list = async |account| {
        let listed = find_senders(&world).list(account).await.expect("listed");
        let ids = listed.iter().map(|found| found.sender.id);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(list(None).await.len(), 2);
    assert_eq!(list(Some(world.fixture.account)).await, [sender.id]);
}

#[tokio::test]
async fn a_sender_of_an_account_without_a_key_has_no_number_and_gets_no_token() {
    let (world, sender) = world().await;
    let deleted = world
        .fixture
        .store
        .delete_account_key(sender.account_id)
        .await;
    assert!(deleted.expect("deleted"));
    assert_eq!(find(&world, sender.id).await.phone, None);
    let refused = replace_access_token(&world)
        .execute(new_token(sender.id), staff_operator())
        .await;
    assert!(matches!(
        refused,
        Err(ReplaceAccessTokenError::AccountErased)
    ));
}

#[tokio::test]
async fn a_stopped_sender_waits_for_an_operator() {
    let (world, sender) = world().await;
    let stop_sender = StopSender {
        healths: world.fixture.store.clone(),
        clock: world.fixture.clock.clone(),
        randomness: world.fixture.randomness.clone(),
    };
    let resume_sender = ResumeSender {
        healths: world.fixture.store.clone(),
        clock: world.fixture.clock.clone(),
        randomness: world.fixture.randomness.clone(),
    };
    let stopped = stop_sender
        .execute(sender.id, staff_operator())
        .await
        .expect("stopped");
    let stop = stopped.stopped().expect("it sent before");
    assert_eq!((stop.by, stop.since), (StoppedBy::Operator, START));

    world.fixture.clock.advance(Duration::from_secs(60));
    let again = stop_sender
        .execute(sender.id, staff_operator())
        .await
        .expect("still stopped");
    assert_eq!(again.after, stopped.after);

    let resumed = resume_sender
        .execute(sender.id, staff_operator())
        .await
        .expect("resumed");
    assert!(resumed.resumed());
    assert_eq!(
        resumed.after.check_at,
        Some(START + Duration::from_secs(60))
    );

    let unknown = stop_sender.execute(UNKNOWN, staff_operator()).await;
    assert!(matches!(unknown, Err(StopSenderError::NotFound)));
    let unknown = resume_sender.execute(UNKNOWN, staff_operator()).await;
    assert!(matches!(unknown, Err(ResumeSenderError::NotFound)));
}

#[tokio::test]
async fn a_new_token_is_sealed_for_its_sender_and_lets_it_send() {
    let (world, sender) = world().await;
    let unable = Finding::Unable(refusal(401, 190), Rating::default());
    let healths = &world.fixture.store;
    let change = HealthChange::Examined(unable);
    let stopped = healths.change_health(sender.id, &change, START, None).await;
    assert!(stopped.expect("stopped").stopped().is_some());

    let replace = replace_access_token(&world);
    let replaced = replace
        .execute(new_token(sender.id), staff_operator())
        .await;
    assert!(replaced.expect("replaced").resumed());
    let found = find(&world, sender.id).await.sender;
    let token = found.open_access_token(&world.fixture.sealer);
    assert_eq!(token.expect("opens").expose(), "EAAGnew");
    assert_ne!(found.access_token, sender.access_token);

    let unknown = replace.execute(new_token(UNKNOWN), staff_operator()).await;
    assert!(matches!(unknown, Err(ReplaceAccessTokenError::NotFound)));
}

/// The provider must not be asked about a sender with the token that is replaced.
#[tokio::test]
async fn the_health_changes_after_the_token_and_only_if_it_was_stored() {
    let (world, sender) = world().await;
    for is_stored in [true, false] {
        let mut order = Sequence::new();
        let (mut senders, mut healths) = (MockSenders::new(), MockSenderHealths::new());
        let row = sender.clone();
        senders.expect_find().return_once(move |_| Ok(Some(row)));
        senders
            .expect_replace_token()
            .once()
            .in_sequence(&mut order)
            .return_once(move |_, _, _| Ok(is_stored));
        let health = SenderHealth::unknown(sender.id);
        let changed = HealthChanged {
            before: health.clone(),
            after: health,
        };
        healths
            .expect_change_health()
            .with(
                eq(sender.id),
                eq(HealthChange::TokenReplaced),
                always(),
                eq(None),
            )
            .times(usize::from(is_stored))
            .in_sequence(&mut order)
            .return_once(move |_, _, _, _| Ok(changed));
        let replace = ReplaceAccessToken {
            senders: Arc::new(senders),
            healths: Arc::new(healths),
            ..replace_access_token(&world)
        };
        let replaced = replace
            .execute(new_token(sender.id), staff_operator())
            .await;
        assert_eq!(replaced.is_ok(), is_stored);
    }
}
