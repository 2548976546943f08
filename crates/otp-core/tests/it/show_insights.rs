//! `ShowInsights`: a funnel of what really happened to messages.

use std::time::Duration;

use otp_core::insights::{FunnelRow, GroupBy};
use otp_core::message::MessageStatus;
use otp_core::ports::Clock;
use otp_core::send::{Admission, Outcome, SendAttempt};
use otp_core::time::Timestamp;
use otp_core::usecases::show_insights::{ShowInsights, ShowInsightsRequest};
use otp_core::verification::VerificationPart;
use otp_testkit::contract::fixture::START;
use otp_testkit::contract::verifications::{CODE, create, guess, new_of};
use otp_testkit::sender::accepted_outcome;
use otp_testkit::{ScriptedSender, World};

async fn rows(world: &World, from: Option<Timestamp>, until: Option<Timestamp>) -> Vec<FunnelRow> {
    let fixture = &world.fixture;
    let show = ShowInsights {
        insights: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    let request = ShowInsightsRequest {
        account_id: fixture.account,
        from,
        until,
        group_by: GroupBy::Channel,
    };
    show.execute(request).await.expect("a funnel")
}

/// The only row, as accepted, sent, delivered, read and verified.
async fn counts(world: &World, from: Timestamp, until: Timestamp) -> [usize; 5] {
    let rows = rows(world, Some(from), Some(until)).await;
    let [row] = &rows[..] else {
        panic!("one channel, not {rows:?}");
    };
    [
        row.accepted,
        row.sent,
        row.delivered,
        row.read,
        row.verified,
    ]
}

#[tokio::test]
async fn a_verification_counts_in_one_of_two_adjacent_periods() {
    let seconds = Duration::from_secs;
    let report = [MessageStatus::Sent, MessageStatus::Delivered];
    for (first_is_delivered, expected) in [
        (true, [[1, 1, 1, 0, 1], [1, 1, 0, 0, 0]]),
        (false, [[1, 1, 0, 0, 0], [1, 1, 0, 0, 1]]),
    ] {
        let world = World::with_provider(ScriptedSender::default()).await;
        let fixture = &world.fixture;
        let first = create(fixture, 1);
        let id = new_of(&first).id;
        let admitted = |admission| matches!(admission, Admission::AdmittedCode { .. });
        assert!(admitted(fixture.admit(&first).await));
        let status = report[usize::from(first_is_delivered)];
        fixture.settle(&first, Outcome::Reported(status)).await;
        fixture.clock.advance(seconds(60));
        let middle = fixture.clock.now();
        let second = SendAttempt {
            verification: Some(VerificationPart::Resend(id)),
            ..fixture.attempt(1)
        };
        assert!(admitted(fixture.admit(&second).await));
        fixture.settle(&second, accepted_outcome("wamid.A")).await;
        let check = fixture.store.check_codes([guess(fixture, id, CODE)].into());
        check.await.expect("judged");
        let end = middle + seconds(1);
        assert_eq!(counts(&world, START, middle).await, expected[0]);
        assert_eq!(counts(&world, middle, end).await, expected[1]);
        let [accepted, .., verified] = counts(&world, START, end).await;
        assert_eq!((accepted, verified), (2, 1));
    }
}

#[tokio::test]
async fn a_period_that_ends_before_it_begins_has_no_messages() {
    let world = World::with_provider(ScriptedSender::default()).await;
    world.fixture.send(1).await;
    let (start, later) = (Some(START), Some(START + Duration::from_secs(1)));
    assert_eq!(rows(&world, start, later).await.len(), 1);
    assert_eq!(rows(&world, later, start).await, []);
}

#[tokio::test]
async fn the_period_is_the_last_day_if_it_is_left_out() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let clock = &world.fixture.clock;
    world.fixture.send(1).await;
    assert_eq!(rows(&world, None, None).await, [], "it ends before now");
    clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(rows(&world, None, None).await.len(), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!(rows(&world, None, None).await, []);
}
