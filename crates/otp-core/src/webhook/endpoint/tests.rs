//! Changes of endpoints, and what the account wants after them.

use uuid::Uuid;

use super::*;
use crate::webhook::event_kind::WebhookEventKind::{self, MessageRead, MessageSent, SenderStopped};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

fn endpoint(id: u8, events: &[WebhookEventKind]) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(id.into())),
        account_id: AccountId(Uuid::nil()),
        url: Some(Sealed(vec![1, id])),
        description: None,
        events: events.iter().copied().collect(),
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2, id]),
        previous_secret: None,
        created_at: at(0),
    }
}

fn disabled(id: u8, events: &[WebhookEventKind]) -> WebhookEndpoint {
    WebhookEndpoint {
        standing: EndpointStanding::Disabled(DisabledReason::Failing),
        ..endpoint(id, events)
    }
}

fn wanted(kinds: &[WebhookEventKind]) -> WantedEvents {
    let kinds = kinds.iter().copied();
    kinds.fold(WantedEvents::NONE, |all, kind| {
        all.union(EventFilter::from_iter([kind]).into())
    })
}

fn rotation(secret: u8, millis: i64) -> WebhookEndpointChange {
    WebhookEndpointChange {
        rotation: Some(SecretRotation {
            secret: Sealed(vec![secret]),
            at: at(millis),
        }),
        ..WebhookEndpointChange::default()
    }
}

#[test]
fn every_standing_reads_back() {
    for standing in EndpointStanding::ALL {
        assert_eq!(EndpointStanding::from_code(standing.code()), Some(standing));
    }
    assert_eq!(EndpointStanding::from_code(4), None);
}

#[test]
fn twenty_endpoints_have_room_disabled_ones_included() {
    let existing = |count| {
        (0..count)
            .map(|id| disabled(id, &[MessageSent]))
            .collect::<Vec<_>>()
    };
    let new = endpoint(99, &[MessageRead]);
    assert_eq!(
        judge_addition(&existing(19), &new),
        Some(wanted(&[MessageRead]))
    );
    assert_eq!(judge_addition(&existing(20), &new), None);
}

fn listener(id: u8, events: &[WebhookEventKind]) -> WebhookEndpoint {
    WebhookEndpoint {
        url: None,
        ..endpoint(id, events)
    }
}

#[test]
fn five_listeners_have_room_beside_twenty_endpoints() {
    let mut existing: Vec<_> = (0..20).map(|id| endpoint(id, &[MessageSent])).collect();
    existing.extend((20..24).map(|id| listener(id, &[MessageSent])));
    let new = listener(99, &[MessageRead]);
    let both = wanted(&[MessageSent, MessageRead]);
    assert_eq!(judge_addition(&existing, &new), Some(both));
    existing.push(listener(24, &[MessageSent]));
    assert_eq!(judge_addition(&existing, &new), None);
    existing.remove(0);
    assert_eq!(judge_addition(&existing, &new), None);
    assert_eq!(
        judge_addition(&existing, &endpoint(98, &[])),
        Some(EventFilter::ALL.into())
    );
}

#[test]
fn a_listener_cannot_be_changed_but_removed() {
    let existing = vec![listener(1, &[MessageSent]), endpoint(2, &[MessageRead])];
    let id = existing[0].id;
    let change = WebhookEndpointChange::disable(DisabledReason::ByOwner);
    assert_eq!(judge_change(existing.clone(), id, &change), None);
    assert_eq!(judge_removal(existing, id), Some(wanted(&[MessageRead])));
}

#[test]
fn the_account_wants_what_its_enabled_endpoints_want() {
    for (endpoints, expected) in [
        (vec![], wanted(&[])),
        (vec![endpoint(1, &[MessageSent])], wanted(&[MessageSent])),
        (vec![disabled(1, &[MessageSent])], wanted(&[])),
        (vec![disabled(1, &[])], wanted(&[])),
        (
            vec![
                endpoint(1, &[MessageSent]),
                endpoint(2, &[SenderStopped]),
                disabled(3, &[MessageRead]),
            ],
            wanted(&[MessageSent, SenderStopped]),
        ),
        (
            vec![endpoint(1, &[MessageSent]), endpoint(2, &[])],
            EventFilter::ALL.into(),
        ),
    ] {
        assert_eq!(wanted_by(&endpoints), expected, "{endpoints:?}");
    }
}

#[test]
fn a_change_or_removal_counts_the_other_endpoints() {
    let existing = vec![endpoint(1, &[MessageSent]), endpoint(2, &[MessageRead])];
    let (first, unknown) = (existing[0].id, endpoint(3, &[]).id);
    let change = WebhookEndpointChange {
        events: Some(EventFilter::from_iter([SenderStopped])),
        ..WebhookEndpointChange::default()
    };
    assert_eq!(
        judge_change(existing.clone(), first, &change),
        Some((
            endpoint(1, &[SenderStopped]),
            wanted(&[MessageRead, SenderStopped])
        ))
    );
    assert_eq!(judge_change(existing.clone(), unknown, &change), None);
    assert_eq!(
        judge_removal(existing.clone(), first),
        Some(wanted(&[MessageRead]))
    );
    assert_eq!(judge_removal(existing, unknown), None);
}

#[test]
fn a_change_replaces_what_it_names_only() {
    let before = WebhookEndpoint {
        description: Some(Sealed(vec![3])),
        ..endpoint(1, &[MessageSent])
    };
    let unchanged = before.clone().changed(&WebhookEndpointChange::default());
    assert_eq!(unchanged, before);
    let url = before.clone().changed(&WebhookEndpointChange {
        url: Some(Sealed(vec![9])),
        ..WebhookEndpointChange::default()
    });
    assert_eq!(
        url,
        WebhookEndpoint {
            url: Some(Sealed(vec![9])),
            ..before.clone()
        }
    );
    let no_description = before.clone().changed(&WebhookEndpointChange {
        description: Some(None),
        ..WebhookEndpointChange::default()
    });
    assert_eq!(
        no_description,
        WebhookEndpoint {
            description: None,
            ..before
        }
    );
}

#[test]
fn a_disabled_endpoint_keeps_its_first_reason_until_it_is_enabled() {
    use DisabledReason::{ByOwner, Failing, Gone};
    use EndpointStanding::{Disabled, Enabled};
    for (before, wanted, after) in [
        (Enabled, Disabled(ByOwner), Disabled(ByOwner)),
        (Enabled, Disabled(Gone), Disabled(Gone)),
        (Enabled, Enabled, Enabled),
        (Disabled(Failing), Disabled(ByOwner), Disabled(Failing)),
        (Disabled(ByOwner), Disabled(Gone), Disabled(ByOwner)),
        (Disabled(Gone), Enabled, Enabled),
    ] {
        let endpoint = WebhookEndpoint {
            standing: before,
            ..endpoint(1, &[])
        };
        let changed = endpoint.changed(&WebhookEndpointChange {
            standing: Some(wanted),
            ..WebhookEndpointChange::default()
        });
        assert_eq!(changed.standing, after, "{before:?} to {wanted:?}");
    }
}

#[test]
fn the_newest_two_secrets_sign_the_older_one_for_a_day() {
    let day = 86_400_000;
    let once = endpoint(1, &[]).changed(&rotation(7, 1_000));
    assert_eq!(once.secret, Sealed(vec![7]));
    for (now, previous) in [
        (1_000, Some(Sealed(vec![2, 1]))),
        (day + 999, Some(Sealed(vec![2, 1]))),
        (day + 1_000, None),
    ] {
        assert_eq!(once.previous_secret_at(at(now)), previous.as_ref(), "{now}");
    }
    let twice = once.changed(&rotation(8, 2_000));
    assert_eq!(twice.secret, Sealed(vec![8]));
    assert_eq!(twice.previous_secret_at(at(2_000)), Some(&Sealed(vec![7])));
    assert_eq!(twice.previous_secret_at(at(day + 2_000)), None);
}
