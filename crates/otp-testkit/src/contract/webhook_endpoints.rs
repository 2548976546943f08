//! Promises on webhook endpoints.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::AccountChange;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::notice::LowBalance;
use otp_core::ports::{Accounts, Storage};
use otp_core::sealing::Sealed;
use otp_core::webhook::endpoint::{
    DisabledReason, EndpointStanding, MAX_ENDPOINTS, PreviousSecret, SECRET_OVERLAP,
    SecretRotation, WebhookEndpoint, WebhookEndpointChange,
};
use otp_core::webhook::{EventFilter, WantedEvents, WebhookEventKind};
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{Fixture, START};

const DISABLED: EndpointStanding = EndpointStanding::Disabled(DisabledReason::ByOwner);

/// The `id`-th endpoint, created this number of seconds after the start, for all events.
pub(super) fn endpoint(account_id: AccountId, id: u8, seconds: u64) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(id.into())),
        account_id,
        url: Some(Sealed(vec![1, id])),
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2, id]),
        previous_secret: None,
        created_at: START + Duration::from_secs(seconds),
    }
}

fn filter(kind: WebhookEventKind) -> EventFilter {
    EventFilter::from_iter([kind])
}

fn rotation(secret: u8) -> WebhookEndpointChange {
    WebhookEndpointChange {
        rotation: Some(SecretRotation {
            secret: Sealed(vec![3, secret]),
            at: START + Duration::from_secs(secret.into()),
        }),
        ..WebhookEndpointChange::default()
    }
}

fn standing(standing: EndpointStanding) -> WebhookEndpointChange {
    WebhookEndpointChange {
        standing: Some(standing),
        ..WebhookEndpointChange::default()
    }
}

async fn add(fixture: &Fixture, endpoint: &WebhookEndpoint) -> bool {
    let added = fixture
        .store
        .add_webhook_endpoint(endpoint, &fixture.entry())
        .await;
    added.expect("added or refused")
}

async fn change(
    fixture: &Fixture,
    of: &WebhookEndpoint,
    change: &WebhookEndpointChange,
) -> Option<WebhookEndpoint> {
    let entry = fixture.entry();
    let changed = fixture
        .store
        .change_webhook_endpoint(of.account_id, of.id, change, &entry);
    changed.await.expect("changed or unknown")
}

async fn remove(fixture: &Fixture, of: &WebhookEndpoint) -> bool {
    let removed = fixture
        .store
        .remove_webhook_endpoint(of.account_id, of.id, &fixture.entry())
        .await;
    removed.expect("removed or unknown")
}

async fn find(fixture: &Fixture, of: &WebhookEndpoint) -> Option<WebhookEndpoint> {
    let found = fixture
        .store
        .find_webhook_endpoint(of.account_id, of.id)
        .await;
    found.expect("a look-up")
}

async fn list(fixture: &Fixture, account: AccountId) -> Vec<WebhookEndpoint> {
    let listed = fixture.store.list_webhook_endpoints(account).await;
    listed.expect("a list")
}

/// The events that an account wants, as they are stored and as admissions load them.
async fn wanted(fixture: &Fixture, account_id: AccountId) -> WantedEvents {
    let account = Accounts::find(&*fixture.store, account_id).await;
    let stored = account.expect("a look-up").expect("an account").rules;
    let mut attempt = fixture.attempt(1);
    attempt.account_id = account_id;
    let facts = fixture.store.facts_of(&attempt).await.expect("facts");
    assert_eq!(facts.rules(&attempt), stored);
    stored.wanted_events
}

/// Endpoints read back as written, oldest first. Another account cannot find, change or remove them.
pub async fn webhook_endpoints_read_back_oldest_first_by_their_account_only(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let second = WebhookEndpoint {
        description: Some(Sealed(vec![4])),
        events: filter(WebhookEventKind::TemplateStatusChanged),
        standing: EndpointStanding::Disabled(DisabledReason::Failing),
        previous_secret: Some(PreviousSecret {
            secret: Sealed(vec![5]),
            until: START + SECRET_OVERLAP,
        }),
        ..endpoint(fixture.account, 1, 20)
    };
    let (first, of_other) = (endpoint(fixture.account, 3, 10), endpoint(other, 2, 0));
    let same_time = endpoint(fixture.account, 4, 10);
    for endpoint in [&second, &same_time, &first, &of_other] {
        assert!(add(&fixture, endpoint).await);
        assert_eq!(find(&fixture, endpoint).await.as_ref(), Some(endpoint));
    }
    assert_eq!(
        list(&fixture, fixture.account).await,
        [first, same_time, second.clone()]
    );
    assert_eq!(list(&fixture, other).await, [of_other]);
    let foreign = WebhookEndpoint {
        account_id: other,
        ..second.clone()
    };
    assert_eq!(find(&fixture, &foreign).await, None);
    assert_eq!(change(&fixture, &foreign, &rotation(1)).await, None);
    assert!(!remove(&fixture, &foreign).await);
    assert_eq!(find(&fixture, &second).await, Some(second));
}

/// A change writes the values that it names, and returns the endpoint as it is stored.
pub async fn a_change_of_a_webhook_endpoint_writes_what_it_names(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let before = WebhookEndpoint {
        description: Some(Sealed(vec![4])),
        ..endpoint(fixture.account, 1, 0)
    };
    let neighbour = endpoint(fixture.account, 2, 0);
    assert!(add(&fixture, &before).await && add(&fixture, &neighbour).await);
    let none = WebhookEndpointChange::default();
    assert_eq!(
        change(&fixture, &before, &none).await.as_ref(),
        Some(&before)
    );
    let everything = WebhookEndpointChange {
        url: Some(Sealed(vec![6])),
        description: Some(None),
        events: Some(filter(WebhookEventKind::MessageRead)),
        standing: Some(DISABLED),
        ..rotation(7)
    };
    let expected = before.clone().changed(&everything);
    assert_eq!(expected.description, None);
    let changed = change(&fixture, &before, &everything).await;
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(find(&fixture, &before).await, Some(expected));
    assert_eq!(find(&fixture, &neighbour).await, Some(neighbour));
    let unknown = endpoint(fixture.account, 9, 0);
    assert_eq!(change(&fixture, &unknown, &everything).await, None);
}

/// Of many rotations at the same time, each replaces the secret of the one before it.
pub async fn concurrent_rotations_of_a_webhook_secret_keep_the_newest_two(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let endpoint = endpoint(fixture.account, 1, 0);
    assert!(add(&fixture, &endpoint).await);
    let rotating = (1..=10).map(|secret| {
        let (fixture, endpoint) = (fixture.clone(), endpoint.clone());
        tokio::spawn(async move { change(&fixture, &endpoint, &rotation(secret)).await })
    });
    let mut pairs = Vec::new();
    for one in rotating.collect::<Vec<_>>() {
        let rotated = one.await.expect("no panic").expect("an endpoint");
        let previous = rotated.previous_secret.expect("a previous secret").secret;
        pairs.push((previous, rotated.secret));
    }
    // The pairs are one chain: every secret but the last was replaced by exactly one other.
    let mut secret = endpoint.secret.clone();
    for _ in 0..10 {
        let next = pairs.iter().find(|(previous, _)| *previous == secret);
        secret = next.expect("its successor").1.clone();
    }
    let stored = find(&fixture, &endpoint).await.expect("stored");
    assert_eq!(stored.secret, secret);
}

/// One endpoint too many leaves nothing, and so does one of no account.
pub async fn one_webhook_endpoint_too_many_leaves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let most = u8::try_from(MAX_ENDPOINTS).expect("a few");
    for id in 0..most {
        let few = WebhookEndpoint {
            events: filter(WebhookEventKind::MessageSent),
            ..endpoint(fixture.account, id, 0)
        };
        assert!(add(&fixture, &few).await);
    }
    assert!(!add(&fixture, &endpoint(fixture.account, most, 0)).await);
    assert_eq!(list(&fixture, fixture.account).await.len(), MAX_ENDPOINTS);
    let sent = WantedEvents::from(filter(WebhookEventKind::MessageSent));
    assert_eq!(wanted(&fixture, fixture.account).await, sent);
    // Another account has room.
    let other = fixture.another_account().await;
    assert!(add(&fixture, &endpoint(other, most, 0)).await);
    let nobody = endpoint(AccountId(Uuid::from_u128(42)), most + 1, 0);
    assert_conflict(
        fixture
            .store
            .add_webhook_endpoint(&nobody, &fixture.entry())
            .await,
    );
    assert!(list(&fixture, nobody.account_id).await.is_empty());
}

/// Of many who add at the same time, only as many succeed as there is room for.
pub async fn concurrent_webhook_endpoints_never_exceed_the_limit(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let adding = (0..40).map(|id| {
        let fixture = fixture.clone();
        tokio::spawn(async move { add(&fixture, &endpoint(fixture.account, id, 0)).await })
    });
    let mut added = 0;
    for one in adding.collect::<Vec<_>>() {
        added += usize::from(one.await.expect("no panic"));
    }
    let listed = list(&fixture, fixture.account).await.len();
    assert_eq!((added, listed), (MAX_ENDPOINTS, MAX_ENDPOINTS));
}

/// A removal happens once, leaves the others, and makes room.
pub async fn a_webhook_endpoint_is_removed_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (removed, kept) = (
        endpoint(fixture.account, 1, 0),
        endpoint(fixture.account, 2, 0),
    );
    assert!(add(&fixture, &removed).await && add(&fixture, &kept).await);
    assert!(remove(&fixture, &removed).await);
    assert!(!remove(&fixture, &removed).await);
    assert_eq!(find(&fixture, &removed).await, None);
    assert_eq!(list(&fixture, fixture.account).await, [kept]);
}

/// After each change, the account has the union of what its enabled endpoints want, and a change of the
/// account keeps it.
pub async fn the_account_wants_what_its_webhook_endpoints_want(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let (sent, read) = (
        filter(WebhookEventKind::MessageSent),
        filter(WebhookEventKind::MessageRead),
    );
    let both = WantedEvents::from(sent).union(read.into());
    let first = WebhookEndpoint {
        events: sent,
        ..endpoint(fixture.account, 1, 0)
    };
    let second = WebhookEndpoint {
        events: read,
        ..endpoint(fixture.account, 2, 0)
    };
    assert_eq!(wanted(&fixture, fixture.account).await, WantedEvents::NONE);
    assert!(add(&fixture, &first).await);
    assert_eq!(wanted(&fixture, fixture.account).await, sent.into());
    assert!(add(&fixture, &second).await);
    assert_eq!(wanted(&fixture, fixture.account).await, both);
    assert_eq!(wanted(&fixture, other).await, WantedEvents::NONE);
    let low_balance = AccountChange {
        low_balance: LowBalance::try_new(42).ok(),
        ..AccountChange::default()
    };
    let changed = fixture.change(fixture.account, &low_balance).await;
    assert!(changed.expect("changed"));
    assert_eq!(wanted(&fixture, fixture.account).await, both);
    change(&fixture, &first, &standing(DISABLED)).await;
    assert_eq!(wanted(&fixture, fixture.account).await, read.into());
    let all = WebhookEndpointChange {
        events: Some(EventFilter::ALL),
        ..WebhookEndpointChange::default()
    };
    change(&fixture, &first, &all).await;
    assert_eq!(wanted(&fixture, fixture.account).await, read.into());
    change(&fixture, &first, &standing(EndpointStanding::Enabled)).await;
    let every = WantedEvents::from(EventFilter::ALL);
    assert_eq!(wanted(&fixture, fixture.account).await, every);
    assert!(remove(&fixture, &first).await);
    assert_eq!(wanted(&fixture, fixture.account).await, read.into());
    assert!(remove(&fixture, &second).await);
    assert_eq!(wanted(&fixture, fixture.account).await, WantedEvents::NONE);
}

/// Whatever changes at the same time, the union in the end is that of the endpoints that are left.
pub async fn concurrent_changes_of_webhook_endpoints_leave_the_union_of_the_last(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::new(store).await;
    for (id, kind) in (0_u8..).zip(WebhookEventKind::ALL) {
        let endpoint = WebhookEndpoint {
            events: filter(kind),
            ..endpoint(fixture.account, id, 0)
        };
        assert!(add(&fixture, &endpoint).await);
    }
    let endpoints = list(&fixture, fixture.account).await;
    let changing = endpoints.into_iter().zip(0_u8..).map(|(endpoint, id)| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            match id % 3 {
                0 => assert!(remove(&fixture, &endpoint).await),
                1 => assert!(
                    change(&fixture, &endpoint, &standing(DISABLED))
                        .await
                        .is_some()
                ),
                _ => assert!(change(&fixture, &endpoint, &rotation(id)).await.is_some()),
            }
        })
    });
    for one in changing.collect::<Vec<_>>() {
        one.await.expect("no panic");
    }
    let left = (0_u8..).zip(WebhookEventKind::ALL);
    let left = left.filter(|(id, _)| id % 3 == 2).map(|(_, kind)| kind);
    assert_eq!(
        wanted(&fixture, fixture.account).await,
        WantedEvents::from(left.collect::<EventFilter>())
    );
}
