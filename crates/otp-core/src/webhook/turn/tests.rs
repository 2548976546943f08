//! Tests of turns.

use uuid::Uuid;

use super::*;
use crate::webhook::endpoint::SECRET_OVERLAP;
use crate::webhook::{EventFilter, WebhookAnswer, WebhookEventKind, WebhookFailure};

const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn due(number: u128, attempts: u32, failed_attempts: u32) -> DueDelivery {
    let kind = WebhookEventKind::MessageSent;
    DueDelivery {
        event: WebhookEvent::new(ACCOUNT, kind, Uuid::from_u128(number), NOW),
        attempts,
        failed_attempts,
    }
}

fn turn(deliveries: usize, health: EndpointHealth) -> WebhookTurn {
    let numbers = 0..u128::try_from(deliveries).expect("few");
    WebhookTurn {
        endpoint: WebhookEndpoint {
            id: WebhookEndpointId(Uuid::from_u128(2)),
            account_id: ACCOUNT,
            url: Some(Sealed(vec![1])),
            description: None,
            events: EventFilter::ALL,
            standing: EndpointStanding::Enabled,
            secret: Sealed(vec![2]),
            previous_secret: None,
            created_at: NOW - SECRET_OVERLAP,
        },
        health,
        leased_until: NOW + LEASE,
        due: numbers.map(|number| due(number, 0, 0)).collect(),
    }
}

fn call(answer: Result<WebhookAnswer, WebhookFailure>, at: Timestamp) -> EndedCall {
    EndedCall {
        outcome: WebhookOutcome {
            latency: Duration::from_millis(120),
            answer,
        },
        excerpt: Some(Sealed(vec![3])),
        at,
        spread: 0,
    }
}

fn answered(status: u16, at: Timestamp) -> EndedCall {
    call(Ok(WebhookAnswer::new(status, b"", None)), at)
}

/// Begins calls until none may begin, and returns their number.
fn begin_all(turn: &mut TurnUnderWay, now: Timestamp) -> Vec<DueDelivery> {
    std::iter::from_fn(|| turn.next(now)).collect()
}

#[test]
fn four_calls_are_under_way_at_a_time_and_one_to_an_endpoint_that_fails() {
    let mut healthy = TurnUnderWay::begin(&turn(6, EndpointHealth::default()), NOW);
    let begun = begin_all(&mut healthy, NOW);
    assert_eq!(begun.len(), 4);
    healthy.record(begun[0], answered(200, later(1)));
    assert_eq!(begin_all(&mut healthy, later(1)).len(), 1);

    let failing = EndpointHealth {
        failures: 5,
        failing_since: Some(NOW),
        rests_until: Some(NOW),
    };
    let mut failing = TurnUnderWay::begin(&turn(6, failing), NOW);
    let begun = begin_all(&mut failing, NOW);
    assert_eq!(begun.len(), 1);
    failing.record(begun[0], answered(200, later(1)));
    assert_eq!(begin_all(&mut failing, later(1)).len(), 4);
}

#[test]
fn a_turn_begins_no_call_after_its_time_during_a_rest_or_once_the_endpoint_is_gone() {
    let begin = || TurnUnderWay::begin(&turn(9, EndpointHealth::default()), NOW);
    let mut slow = begin();
    assert!(slow.next(NOW + TURN_TIME).is_some());
    assert!(
        slow.next(NOW + TURN_TIME + Duration::from_millis(1))
            .is_none()
    );

    let mut throttled = begin();
    let first = throttled.next(NOW).expect("a delivery");
    let wait = Some(Duration::from_secs(2));
    throttled.record(first, call(Ok(WebhookAnswer::new(429, b"", wait)), NOW));
    assert!(throttled.next(later(1)).is_none());
    assert!(throttled.next(later(2)).is_some());

    let mut gone = begin();
    let first = gone.next(NOW).expect("a delivery");
    gone.record(first, answered(410, NOW));
    assert!(gone.next(later(1)).is_none());
    let ended = gone.end(later(1));
    assert_eq!(ended.disabled, Some(DisabledReason::Gone));
    let notice = ended.notice().expect("a notice");
    let endpoint_id = ended.endpoint_id;
    assert_eq!(notice.kind, NoticeKind::WebhookDisabled { endpoint_id });
    assert_eq!((notice.account_id, notice.created_at), (ACCOUNT, later(1)));
    assert_eq!(ended.attempts.len(), 1);
}

#[test]
fn an_attempt_is_recorded_with_what_becomes_of_its_delivery() {
    let turn = WebhookTurn {
        due: vec![due(1, 0, 0), due(2, 7, 1), due(3, 19, 9), due(4, 0, 0)],
        ..turn(0, EndpointHealth::default())
    };
    let mut under_way = TurnUnderWay::begin(&turn, NOW);
    let begun = begin_all(&mut under_way, NOW);
    under_way.record(begun[0], answered(204, later(1)));
    under_way.record(begun[1], call(Err(WebhookFailure::Timeout), later(2)));
    under_way.record(begun[2], answered(500, later(3)));
    under_way.give_up(begun[3], later(4));
    let ended = under_way.end(later(5));
    assert_eq!(
        (
            ended.endpoint_id,
            ended.account_id,
            ended.leased_until,
            ended.at
        ),
        (turn.endpoint.id, ACCOUNT, NOW + LEASE, later(5))
    );
    let attempts = ended.attempts.iter().map(|attempt| {
        (
            (attempt.number, attempt.failed_attempts),
            (attempt.status, attempt.failure),
            (attempt.state, attempt.due_at),
        )
    });
    let (waiting, given_up) = (DeliveryState::Waiting, DeliveryState::GivenUp);
    let expected = [
        ((1, 1), (Some(204), None), (DeliveryState::Delivered, None)),
        // The second attempt since the last replay is followed by five minutes.
        ((8, 2), (None, Some("timeout")), (waiting, Some(later(302)))),
        // The tenth is the last.
        ((20, 10), (Some(500), Some("status")), (given_up, None)),
        ((1, 0), (None, Some("resource_gone")), (given_up, None)),
    ];
    assert!(attempts.eq(expected), "{ended:?}");
    let latencies: Vec<_> = ended
        .attempts
        .iter()
        .map(|attempt| attempt.latency)
        .collect();
    let called = Duration::from_millis(120);
    assert_eq!(latencies, [called, called, called, Duration::ZERO]);
    assert_eq!(ended.attempts[0].excerpt, Some(Sealed(vec![3])));
    assert_eq!((ended.health.failures, ended.disabled), (2, None));
    assert_eq!(ended.notice(), None);
}

#[test]
fn the_next_turn_is_when_something_is_due_and_the_endpoint_may_be_called() {
    let rest = |rests_until| EndpointHealth {
        rests_until,
        ..EndpointHealth::default()
    };
    let disabled = EndpointStanding::Disabled(DisabledReason::ByOwner);
    for (standing, rests_until, first_due, expected) in [
        (EndpointStanding::Enabled, None, None, None),
        (
            EndpointStanding::Enabled,
            None,
            Some(later(5)),
            Some(later(5)),
        ),
        // What is still due waits for the turns of others.
        (
            EndpointStanding::Enabled,
            None,
            Some(NOW - LEASE),
            Some(NOW),
        ),
        (
            EndpointStanding::Enabled,
            Some(later(9)),
            Some(later(5)),
            Some(later(9)),
        ),
        (
            EndpointStanding::Enabled,
            Some(later(2)),
            Some(later(5)),
            Some(later(5)),
        ),
        (disabled, None, Some(later(5)), None),
    ] {
        let ended = EndedTurn {
            health: rest(rests_until),
            ..TurnUnderWay::begin(&turn(0, rest(None)), NOW).end(NOW)
        };
        let next = ended.next_turn(standing, first_due);
        assert_eq!(next, expected, "{standing:?} {rests_until:?} {first_due:?}");
    }
}

#[test]
fn an_endpoint_receives_at_most_500_events_a_second() {
    let mut begun_at = NOW;
    let mut received = 0;
    while begun_at < later(10) {
        let full = turn(MAX_DELIVERIES, EndpointHealth::default());
        let mut under_way = TurnUnderWay::begin(&full, begun_at);
        while let Some(delivery) = under_way.next(begun_at) {
            under_way.record(delivery, answered(204, begun_at));
            received += 1;
        }
        let ended = under_way.end(begun_at);
        let next = ended.next_turn(EndpointStanding::Enabled, Some(NOW));
        begun_at = next.expect("the endpoint is enabled and has more");
    }
    assert_eq!(received, 5_000);

    // One call is hardly followed by a rest, and a turn without calls by none.
    let one = turn(1, EndpointHealth::default());
    let mut under_way = TurnUnderWay::begin(&one, NOW);
    let only = under_way.next(NOW).expect("a delivery");
    under_way.record(only, answered(204, later(1)));
    let ended = under_way.end(later(1));
    let next = ended.next_turn(EndpointStanding::Enabled, Some(NOW));
    assert_eq!(next, Some(later(1)));
    let idle = TurnUnderWay::begin(&one, NOW).end(NOW);
    assert_eq!(idle.health, EndpointHealth::default());
}

#[test]
fn a_pace_does_not_shorten_a_rest() {
    let mut under_way = TurnUnderWay::begin(&turn(1, EndpointHealth::default()), NOW);
    let only = under_way.next(NOW).expect("a delivery");
    let wait = Some(Duration::from_secs(60));
    under_way.record(only, call(Ok(WebhookAnswer::new(429, b"", wait)), NOW));
    assert_eq!(under_way.end(NOW).health.rests_until, Some(later(60)));
}

#[test]
fn a_lease_outlasts_the_longest_turn() {
    let longest_call = Duration::from_secs(20);
    assert!(LEASE >= TURN_TIME + longest_call + Duration::from_secs(5));
}

#[test]
fn only_a_listener_begins_with_a_turn() {
    let endpoint = turn(0, EndpointHealth::default()).endpoint;
    assert_eq!(first_turn(&endpoint), None);
    let listener = WebhookEndpoint {
        url: None,
        ..endpoint
    };
    let two_minutes = listener.created_at + Duration::from_secs(120);
    assert_eq!(first_turn(&listener), Some(two_minutes));
}

#[test]
fn an_unread_delivery_is_tried_again_and_says_nothing_about_the_endpoint() {
    let health = EndpointHealth {
        failures: 2,
        failing_since: Some(NOW),
        rests_until: None,
    };
    let mut turn = turn(2, health);
    turn.due[1] = due(7, 12, 9);
    let mut under_way = TurnUnderWay::begin(&turn, NOW);
    for delivery in begin_all(&mut under_way, NOW) {
        under_way.fail_unread(delivery, NOW, 0);
    }
    let ended = under_way.end(NOW);
    assert_eq!((ended.health, ended.disabled), (health, None));
    let attempts = ended.attempts.iter();
    let attempts = attempts.map(|attempt| {
        assert_eq!(attempt.failure, Some("internal"));
        let counts = (attempt.number, attempt.failed_attempts);
        (counts, attempt.state, attempt.due_at)
    });
    let expected = [
        ((1, 1), DeliveryState::Waiting, Some(later(5))),
        ((13, 10), DeliveryState::GivenUp, None),
    ];
    assert_eq!(attempts.collect::<Vec<_>>(), expected);
}
