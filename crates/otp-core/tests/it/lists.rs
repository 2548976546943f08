//! The use cases that list what is stored: whom they ask for, and that they return all of it.

use std::sync::Arc;

use mockall::predicate::eq;
use otp_core::api_key::ApiKey;
use otp_core::audit::chain::ChainHead;
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::credits::Credits;
use otp_core::ids::{ApiKeyId, AuditEntryId, PlanId};
use otp_core::notice::{MailNotice, NoticeKind, NoticeState, QueuedNotice};
use otp_core::plan::Plan;
use otp_core::ports::{ApiKeys, MockAuditTrail, MockNoticeOutbox, MockPlans, MockPrices};
use otp_core::region::Region;
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::list_audit_entries::ListAuditEntries;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::list_subscriptions::ListSubscriptions;
use otp_core::usecases::list_templates::ListTemplates;
use otp_core::usecases::list_unsent_notices::ListUnsentNotices;
use otp_testkit::contract::fixture::START;
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

#[tokio::test]
async fn keys_and_subscriptions_are_those_of_the_account() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    let other = fixture.another_account().await;
    fixture.another_key(other).await;
    fixture.grant_to(other, 5).await;
    let keys = ListApiKeys {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
    };
    let keys = keys.execute(fixture.account).await.expect("listed");
    let stored: Vec<ApiKey> = ApiKeys::list(&*fixture.store, fixture.account)
        .await
        .expect("listed");
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].id, stored[0].id);
    let subscriptions = ListSubscriptions {
        subscriptions: fixture.store.clone(),
    };
    let listed = subscriptions.execute(fixture.account).await;
    assert_eq!(listed.expect("listed"), fixture.subscriptions().await);
}

#[tokio::test]
async fn templates_are_listed_by_sender_or_all() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let other = world.fixture.another_account().await;
    let other = world.add_sender_of(other, &["fr"]).await;
    let list = ListTemplates {
        templates: world.fixture.store.clone(),
    };
    for (sender, expected) in [(None, 3), (Some(other), 1)] {
        let listed = list.execute(sender).await.expect("listed");
        assert_eq!(listed.len(), expected);
    }
}

#[tokio::test]
async fn all_plans_and_prices_are_listed() {
    let plan = Plan {
        id: PlanId(Uuid::nil()),
        name: "Starter".to_owned(),
        credits: Credits::ONE,
        price: None,
        created_at: START,
        retired_at: None,
    };
    let (mut plans, mut prices) = (MockPlans::new(), MockPrices::new());
    let stored = vec![plan.clone()];
    plans.expect_list().return_once(move || Ok(stored));
    let list = ListPlans {
        plans: Arc::new(plans),
    };
    assert_eq!(list.execute().await.expect("listed"), [plan]);
    let price = (Region::WORLD.into(), Credits::ONE);
    prices.expect_list().return_once(move || Ok(vec![price]));
    let list = ListPrices {
        prices: Arc::new(prices),
    };
    assert_eq!(list.execute().await.expect("listed"), [price]);
}

#[tokio::test]
async fn at_most_a_thousand_unsent_notices_are_listed() {
    let world = World::bare(ScriptedSender::default()).await;
    let kind = NoticeKind::KeyExpiring {
        api_key_id: ApiKeyId(Uuid::nil()),
        hint: "otp_live_abcd".to_owned(),
        expires_at: START,
    };
    let queued = QueuedNotice {
        notice: MailNotice::new(world.fixture.account, kind, "1", None, START),
        state: NoticeState::Waiting,
        attempts: 0,
        due_at: START,
        failure: None,
    };
    let mut outbox = MockNoticeOutbox::new();
    let stored = vec![queued.clone()];
    outbox
        .expect_list_unsent()
        .with(eq(1_000))
        .return_once(move |_| Ok(stored));
    let list = ListUnsentNotices {
        outbox: Arc::new(outbox),
    };
    assert_eq!(list.execute().await.expect("listed"), [queued]);
}

#[tokio::test]
async fn at_most_the_wanted_number_of_audit_entries_is_listed() {
    let entry = AuditEntry {
        id: AuditEntryId(Uuid::nil()),
        at: START,
        actor: Actor::parse("amal").expect("a name"),
        action: AuditAction::RevealRecipient,
        subject: Uuid::nil(),
    };
    let mut audit = MockAuditTrail::new();
    let entry = ChainHead::EMPTY.append(entry);
    let stored = vec![entry.clone()];
    audit
        .expect_list_audit_entries()
        .with(eq(u64::MAX), eq(20))
        .return_once(move |_, _| Ok(stored));
    let list = ListAuditEntries {
        audit: Arc::new(audit),
    };
    assert_eq!(list.execute(None, 20).await.expect("listed"), [entry]);
}
