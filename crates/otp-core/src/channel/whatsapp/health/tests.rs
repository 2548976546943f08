//! Tests of stopping, resuming and checking a sender.

use uuid::Uuid;

use super::*;
use crate::message::Failure;
use crate::ports::RefusalScope;

const fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_millis(second * 1_000)
}

fn revoked() -> ProviderRefusal {
    ProviderRefusal {
        http_status: Some(401),
        message: "Error validating access token".to_owned(),
        failure: Failure {
            code: Some(190),
            title: "Access token has expired".to_owned(),
            reason: "Error validating access token".to_owned(),
        },
        scope: RefusalScope::SenderUntilFixed,
    }
}

fn able() -> HealthChange {
    HealthChange::Examined(Finding::Able(Rating::default()))
}

fn unable() -> HealthChange {
    HealthChange::Examined(Finding::Unable(revoked(), Rating::default()))
}

/// Returns the health after these changes, one in each second.
fn after(changes: &[HealthChange]) -> SenderHealth {
    let unknown = SenderHealth::unknown(SenderId(Uuid::nil()));
    (0..)
        .zip(changes)
        .fold(unknown, |health, (second, change)| {
            health.after(change, at(second))
        })
}

#[track_caller]
fn check(changes: &[HealthChange], stopped: Option<(StoppedBy, i64)>, check_at: Option<i64>) {
    let health = after(changes);
    let found = health.stop.as_ref().map(|stop| (stop.by, stop.since));
    assert_eq!(found, stopped.map(|(by, second)| (by, at(second))));
    assert_eq!(health.check_at, check_at.map(at), "the next check");
}

#[test]
fn a_sender_stopped_by_the_provider_resumes_once_the_provider_allows_it() {
    use StoppedBy::Provider;
    check(&[able()], None, None);
    check(&[unable()], Some((Provider, 0)), Some(60));
    check(&[unable(), unable()], Some((Provider, 0)), Some(61));
    check(&[unable(), able()], None, None);
    check(&[unable(), HealthChange::TokenReplaced], None, Some(1));
    let unclear = HealthChange::Examined(Finding::Unclear);
    check(&[unable(), unclear.clone()], Some((Provider, 0)), Some(61));
    check(&[unclear], None, None);
}

#[test]
fn a_sender_stopped_by_an_operator_waits_for_an_operator() {
    use HealthChange::{ResumedByOperator, StoppedByOperator};
    use StoppedBy::Operator;
    check(&[StoppedByOperator], Some((Operator, 0)), None);
    check(
        &[StoppedByOperator, StoppedByOperator],
        Some((Operator, 0)),
        None,
    );
    check(&[StoppedByOperator, able()], Some((Operator, 0)), None);
    check(
        &[StoppedByOperator, unable()],
        Some((Operator, 0)),
        Some(61),
    );
    check(&[unable(), StoppedByOperator], Some((Operator, 1)), None);
    check(&[StoppedByOperator, ResumedByOperator], None, Some(1));
    check(&[unable(), ResumedByOperator], None, Some(1));
    let replaced = HealthChange::TokenReplaced;
    check(&[StoppedByOperator, replaced], Some((Operator, 0)), Some(1));
}

#[test]
fn a_check_is_due_soon_but_not_too_often() {
    use HealthChange::CheckWanted;
    check(&[CheckWanted], None, Some(0));
    check(&[CheckWanted, CheckWanted], None, Some(0));
    check(&[able(), CheckWanted], None, Some(5));
    check(
        &[unable(), CheckWanted],
        Some((StoppedBy::Provider, 0)),
        Some(5),
    );
    let unclear = HealthChange::Examined(Finding::Unclear);
    check(&[CheckWanted, unclear], None, Some(61));
}

#[test]
fn a_value_that_the_provider_leaves_out_stays_as_it_was() {
    let rated = Rating {
        quality: Some(Quality::Red),
        messaging_limit: Some("TIER_1K".to_owned()),
    };
    let health = after(&[HealthChange::Examined(Finding::Able(rated)), unable()]);
    assert_eq!(health.quality, Some(Quality::Red));
    assert_eq!(health.messaging_limit.as_deref(), Some("TIER_1K"));
    assert_eq!(health.checked_at, Some(at(1)));
}

#[test]
fn a_stop_and_a_resumption_are_reported_once() {
    let unknown = SenderHealth::unknown(SenderId(Uuid::nil()));
    let stopped = HealthChanged {
        after: unknown.after(&unable(), at(0)),
        before: unknown,
    };
    assert_eq!(stopped.stopped().map(|stop| stop.since), Some(at(0)));
    let still = HealthChanged {
        after: stopped.after.after(&unable(), at(1)),
        before: stopped.after,
    };
    assert_eq!((still.stopped(), still.resumed()), (None, false));
    let resumed = HealthChanged {
        after: still.after.after(&able(), at(2)),
        before: still.after,
    };
    assert!(resumed.resumed());
}

#[test]
fn qualities_and_stops_are_read_back_from_their_codes() {
    for quality in Quality::ALL {
        assert_eq!(Quality::from_code(quality.code()), Some(quality));
        assert_eq!(Quality::of(&quality.as_str().to_lowercase()), quality);
    }
    assert_eq!(Quality::of("NA"), Quality::Unknown);
    for by in StoppedBy::ALL {
        assert_eq!(StoppedBy::from_code(by.code()), Some(by));
    }
}

#[test]
fn another_reason_replaces_the_first_and_keeps_its_status_if_it_has_none() {
    let locked = |http_status| {
        let mut refusal = revoked();
        refusal.failure.code = Some(131_031);
        refusal.http_status = http_status;
        HealthChange::Examined(Finding::Unable(refusal, Rating::default()))
    };
    for (second, code, status) in [
        (unable(), 190, 401),
        (locked(None), 131_031, 401),
        (locked(Some(403)), 131_031, 403),
    ] {
        let stop = after(&[unable(), second]).stop.expect("stopped");
        assert_eq!(stop.refusal.failure.code, Some(code));
        assert_eq!(stop.refusal.http_status, Some(status));
        assert_eq!(stop.since, at(0));
    }
}

#[test]
fn a_stop_by_the_provider_is_the_same_notice_after_every_check() {
    let account = AccountId(Uuid::nil());
    let first = after(&[unable()]).notice(account, at(0)).expect("a notice");
    let again = after(&[unable(), unable()]).notice(account, at(1));
    assert_eq!(again.map(|notice| notice.id), Some(first.id));
    let anew = after(&[unable(), able(), unable()]).notice(account, at(2));
    assert_ne!(anew.expect("a notice").id, first.id, "another stop");

    let days = 24 * 60 * 60;
    let stopped = after(&[unable()]);
    assert!(stopped.notice(account, at(5 * days - 1)).is_some());
    assert_eq!(stopped.notice(account, at(5 * days)), None, "too late");
}

#[test]
fn a_sender_that_sends_or_was_stopped_by_an_operator_yields_no_notice() {
    let account = AccountId(Uuid::nil());
    for changes in [
        vec![able()],
        vec![HealthChange::StoppedByOperator, unable()],
    ] {
        assert_eq!(after(&changes).notice(account, at(2)), None, "{changes:?}");
    }
}
