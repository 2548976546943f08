//! Senders' health: its changes, and the one report of each stop.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::health::{Finding, HealthChange, Quality, Rating, SenderHealth};
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, RefusalScope, Senders, Storage};
use otp_core::sealing::Sealed;
use uuid::Uuid;

use super::administration::sender;
use super::fixture::{Fixture, START};
use crate::sender::refusal;

async fn added(fixture: &Fixture, number: &str) -> Sender {
    let sender = sender(fixture, number);
    fixture
        .store
        .add(&sender, &fixture.entry())
        .await
        .expect("add");
    sender
}

fn unable() -> HealthChange {
    let mut refusal = refusal(401, 190);
    refusal.scope = RefusalScope::SenderUntilFixed;
    let rating = Rating {
        quality: Some(Quality::Red),
        messaging_limit: Some("TIER_1K".to_owned()),
    };
    HealthChange::Examined(Finding::Unable(refusal, rating))
}

/// Whoever looks a sender up finds why it does not send, until it does again.
pub async fn what_is_known_of_a_sender_reads_back(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (sick, well) = (added(&fixture, "100").await, added(&fixture, "101").await);
    let able = HealthChange::Examined(Finding::Able(Rating::default()));
    let unclear = HealthChange::Examined(Finding::Unclear);
    let mut expected = SenderHealth::unknown(sick.id);
    for change in [
        unable(),
        HealthChange::CheckWanted,
        HealthChange::StoppedByOperator,
        unclear,
        HealthChange::ResumedByOperator,
        unable(),
        able,
    ] {
        let at = START + Duration::from_secs(7);
        let changed = fixture
            .store
            .change_health(sick.id, &change, at, None)
            .await;
        let changed = changed.expect("a change");
        assert_eq!(changed.before, expected, "{change:?}");
        expected = expected.after(&change, at);
        assert_eq!(changed.after, expected, "{change:?}");
        let listed = fixture.store.list_health().await.expect("health");
        assert_eq!(listed, [expected.clone()], "{change:?}");

        let profile = fixture.store.find_sending_profile(fixture.account).await;
        let profile = profile.expect("profile").expect("the account exists");
        let stops: Vec<_> = profile
            .senders
            .iter()
            .map(|of| (of.sender.id, of.stop.clone()))
            .collect();
        assert_eq!(stops, [(sick.id, expected.stop.clone()), (well.id, None)]);
    }
    let nobody = SenderId(Uuid::from_u128(42));
    let lost = fixture
        .store
        .change_health(nobody, &unable(), START, None)
        .await;
    assert!(matches!(lost, Err(PortError::Conflict(_))), "{lost:?}");
}

/// One of many who report the same stop learns that it is new.
pub async fn of_many_who_stop_a_sender_one_brings_the_news(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let sick = added(&fixture, "100").await;
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (store, sender) = (Arc::clone(&fixture.store), sick.id);
        racers.spawn(async move { store.change_health(sender, &unable(), START, None).await });
    }
    let changes = racers.join_all().await;
    let news = changes
        .into_iter()
        .filter(|changed| changed.as_ref().expect("a change").stopped().is_some());
    assert_eq!(news.count(), 1);
}

/// Due looks, and no others.
pub async fn senders_are_due_in_the_order_of_their_looks(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (later, sooner) = (added(&fixture, "100").await, added(&fixture, "101").await);
    added(&fixture, "102").await;
    let at = |second| START + Duration::from_secs(second);
    let due = async |second, most| {
        let due = fixture.store.list_due_checks(at(second), most).await;
        due.expect("due")
    };
    for (sender, second) in [(&later, 20), (&sooner, 10)] {
        let wanted = &HealthChange::CheckWanted;
        let changed = fixture
            .store
            .change_health(sender.id, wanted, at(second), None);
        changed.await.expect("a change");
    }
    assert_eq!(due(9, 10).await, []);
    assert_eq!(due(10, 10).await, [sooner.id]);
    assert_eq!(due(20, 10).await, [sooner.id, later.id]);
    assert_eq!(due(20, 1).await, [sooner.id]);
}

/// A new token takes the old one's place; nothing else changes.
pub async fn a_token_is_replaced(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (added(&fixture, "100").await, added(&fixture, "101").await);
    let token = Sealed(b"another".to_vec());
    let replaced = fixture
        .store
        .replace_token(one.id, &token, &fixture.entry())
        .await;
    assert!(replaced.expect("replaced"));
    let expected = Sender {
        access_token: token.clone(),
        ..one.clone()
    };
    let found = Senders::find(&*fixture.store, one.id).await.expect("find");
    assert_eq!(found, Some(expected));
    let found = Senders::find(&*fixture.store, other.id)
        .await
        .expect("find");
    assert_eq!(found, Some(other));

    let nobody = SenderId(Uuid::from_u128(42));
    let replaced = fixture
        .store
        .replace_token(nobody, &token, &fixture.entry())
        .await;
    assert!(!replaced.expect("no sender"));
    assert_eq!(
        Senders::find(&*fixture.store, nobody).await.expect("find"),
        None
    );
}
