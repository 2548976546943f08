//! Promises on what operators, people and programs change: each change has its entry in the audit trail, and what
//! changed nothing has none.

use std::collections::BTreeMap;
use std::sync::Arc;

use otp_core::account::{AccountChange, AccountStanding};
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId, SubscriptionId, WebhookEndpointId};
use otp_core::keyring::WrappedKey;
use otp_core::plan::Plan;
use otp_core::ports::{Accounts, ApiKeys, Clock, Plans, Prices, Senders, Storage};
use otp_core::pricing::PriceKey;
use otp_core::sealing::Sealed;
use otp_core::subscription::Subscription;
use otp_core::webhook::endpoint::WebhookEndpointChange;
use uuid::Uuid;

use super::administration::{assert_conflict, key, sender, template};
use super::audit_trail::whole_trail;
use super::fixture::{Fixture, START, credits};
use super::webhook_endpoints::endpoint;

/// Expects these entries in the trail, oldest first, and nothing else since it was as long as `before`.
async fn expect_since(fixture: &Fixture, before: usize, expected: &[&AuditEntry]) {
    let mut entries = whole_trail(&*fixture.store).await;
    entries.reverse();
    let since: Vec<_> = entries.iter().skip(before).collect();
    assert_eq!(since, expected);
}

async fn length(fixture: &Fixture) -> usize {
    whole_trail(&*fixture.store).await.len()
}

/// Accounts.
pub async fn changes_of_accounts_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [created, taken, changed, lost] = std::array::from_fn(|_| fixture.entry());
    let known = Accounts::find(store, fixture.account).await;
    let mut account = known.expect("find").expect("an account");
    account.id = AccountId(Uuid::from_u128(7));
    account.test_of = Some(fixture.account);
    let wrapped = WrappedKey(vec![1]);
    let made = Accounts::create(store, &account, &wrapped, &created).await;
    made.expect("created");
    account.id = AccountId(Uuid::from_u128(8));
    assert_conflict(Accounts::create(store, &account, &wrapped, &taken).await);

    let change = AccountChange {
        standing: Some(AccountStanding::Restricted),
        ..AccountChange::default()
    };
    let mut changes = BTreeMap::from([(fixture.account, change.clone())]);
    let done = store.change(&changes, &changed).await;
    assert!(done.expect("changed"));
    changes.insert(AccountId(Uuid::from_u128(42)), change);
    assert!(!store.change(&changes, &lost).await.expect("refused"));
    expect_since(&fixture, before, &[&created, &changed]).await;
}

/// API keys.
pub async fn changes_of_keys_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let [old, new] = std::array::from_fn(|_| key(&fixture, fixture.account, "k"));
    let nobody = ApiKeyId(Uuid::from_u128(42));
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [created, replaced, revoked, again, unknown] = std::array::from_fn(|_| fixture.entry());
    let made = ApiKeys::create(store, &old, &created).await;
    made.expect("created");
    assert_conflict(store.replace(nobody, START, &new, &unknown).await);
    let done = store.replace(old.id, START, &new, &replaced).await;
    done.expect("replaced");
    for (id, entry, is_known) in [
        (new.id, &revoked, true),
        (new.id, &again, true),
        (nobody, &unknown, false),
    ] {
        let done = store.revoke(id, START, entry).await;
        assert_eq!(done.expect("revoked"), is_known);
    }
    expect_since(&fixture, before, &[&created, &replaced, &revoked]).await;
}

/// Plans and prices.
pub async fn changes_of_plans_and_prices_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [created, retired, set, unset] = std::array::from_fn(|_| fixture.entry());
    let [taken, again, unknown, nothing] = std::array::from_fn(|_| fixture.entry());
    let plan = |id: u128| Plan {
        id: PlanId(Uuid::from_u128(id)),
        name: "Start".to_owned(),
        credits: credits(1_000),
        price: None,
        created_at: START,
        retired_at: None,
    };
    let made = Plans::create(store, &plan(1), &created).await;
    made.expect("created");
    assert_conflict(Plans::create(store, &plan(2), &taken).await);
    for (id, entry, is_known) in [(1, &retired, true), (1, &again, true), (9, &unknown, false)] {
        let done = store.retire(plan(id).id, START, entry).await;
        assert_eq!(done.expect("retired"), is_known);
    }

    let prices = [(PriceKey::Email, credits(2))];
    let done = Prices::set(store, &prices, &set).await;
    done.expect("set");
    let done = Prices::set(store, &[], &nothing).await;
    done.expect("set nothing");
    let done = store.unset(PriceKey::Email, &unset).await;
    assert!(done.expect("unset"));
    let done = store.unset(PriceKey::Email, &nothing).await;
    assert!(!done.expect("nothing to unset"));
    expect_since(&fixture, before, &[&created, &retired, &set, &unset]).await;
}

/// Subscriptions.
pub async fn changes_of_subscriptions_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [granted, revoked, again, unknown] = std::array::from_fn(|_| fixture.entry());
    let grant = |account_id| {
        let id = SubscriptionId(Uuid::from_u128(1));
        let subscription = Subscription {
            id,
            account_id,
            plan_id: None,
            credits: credits(5),
            remaining: credits(5),
            created_at: START,
            revoked_at: None,
        };
        let entry = LedgerEntry {
            account_id,
            subscription_id: id,
            message_id: None,
            kind: EntryKind::Grant,
            credits: credits(5),
            at: START,
        };
        (subscription, entry)
    };
    let (subscription, entry) = grant(AccountId(Uuid::from_u128(42)));
    assert_conflict(store.grant(&subscription, &entry, &unknown).await);
    let (subscription, entry) = grant(fixture.account);
    let done = store.grant(&subscription, &entry, &granted).await;
    done.expect("granted");
    let nobody = SubscriptionId(Uuid::from_u128(42));
    for (id, entry, is_known) in [
        (subscription.id, &revoked, true),
        (subscription.id, &again, true),
        (nobody, &unknown, false),
    ] {
        let done = store.revoke_subscription(id, START, entry).await;
        assert_eq!(done.expect("revoked").is_some(), is_known);
    }
    expect_since(&fixture, before, &[&granted, &revoked]).await;
}

/// Senders, their health and their templates.
pub async fn changes_of_senders_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (made, twin) = (sender(&fixture, "100"), sender(&fixture, "100"));
    let of_made = template(&fixture, made.id, "en");
    let nobody = SenderId(Uuid::from_u128(42));
    let lost = template(&fixture, nobody, "en");
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [added, replaced, stopped] = std::array::from_fn(|_| fixture.entry());
    let [with_template, removed] = std::array::from_fn(|_| fixture.entry());
    let nothing = fixture.entry();
    let done = store.add(&made, &added).await;
    done.expect("added");
    assert_conflict(store.add(&twin, &nothing).await);
    for (id, entry, is_known) in [(made.id, &replaced, true), (nobody, &nothing, false)] {
        let done = store.replace_token(id, &Sealed(vec![6]), entry).await;
        assert_eq!(done.expect("replaced"), is_known);
    }
    let stop = HealthChange::StoppedByOperator;
    let now = fixture.clock.now();
    let done = store.change_health(made.id, &stop, now, Some(stopped.clone()));
    done.await.expect("stopped");
    let done = store.change_health(made.id, &HealthChange::CheckWanted, now, None);
    done.await.expect("noted");
    let done = store.change_health(nobody, &stop, now, Some(nothing.clone()));
    assert_conflict(done.await);
    let done = store.add_template(&of_made, &with_template).await;
    done.expect("added");
    assert_conflict(store.add_template(&lost, &nothing).await);
    for (id, entry, is_known) in [(made.id, &removed, true), (made.id, &nothing, false)] {
        let done = Senders::remove(store, id, now, entry).await;
        assert_eq!(done.expect("removed"), is_known);
    }
    let expected = [&added, &replaced, &stopped, &with_template, &removed];
    expect_since(&fixture, before, &expected).await;
}

/// Webhook endpoints.
pub async fn changes_of_webhook_endpoints_have_their_entries(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let before = length(&fixture).await;
    let store = &*fixture.store;
    let [added, changed, removed, nothing] = std::array::from_fn(|_| fixture.entry());
    let of = fixture.account;
    let made = endpoint(of, 1, 0);
    let done = store.add_webhook_endpoint(&made, &added).await;
    assert!(done.expect("added"));
    let change = WebhookEndpointChange {
        url: Some(Sealed(vec![9])),
        ..WebhookEndpointChange::default()
    };
    let nobody = WebhookEndpointId(Uuid::from_u128(42));
    for (id, entry, is_known) in [(made.id, &changed, true), (nobody, &nothing, false)] {
        let done = store.change_webhook_endpoint(of, id, &change, entry).await;
        assert_eq!(done.expect("changed").is_some(), is_known);
    }
    for (id, entry, is_known) in [(made.id, &removed, true), (made.id, &nothing, false)] {
        let done = store.remove_webhook_endpoint(of, id, entry).await;
        assert_eq!(done.expect("removed"), is_known);
    }
    expect_since(&fixture, before, &[&added, &changed, &removed]).await;
}
