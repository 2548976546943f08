//! `RollUpInsights`: messages are counted once, in slots first and in days later.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::insights::{FunnelFacts, InsightsQuery, Rollups, SLOT, Slot, Tallies, Tally, day_of};
use otp_core::message::MessageStatus;
use otp_core::ports::{Clock as _, MockInsightRollups, MockInsights, PortError};
use otp_core::send::Outcome;
use otp_core::time::Timestamp;
use otp_core::usecases::roll_up_insights::RollUpInsights;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};
use otp_testkit::sender::accepted_outcome;
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

async fn fixture() -> Fixture {
    Fixture::with_credits(Arc::new(MemoryStore::default()), 100).await
}

fn use_case(fixture: &Fixture) -> RollUpInsights {
    RollUpInsights {
        insights: fixture.store.clone(),
        rollups: fixture.store.clone(),
        clock: fixture.clock.clone(),
    }
}

/// Counts all that is due of every account.
async fn roll_up(fixture: &Fixture) {
    let roll_up = use_case(fixture);
    let mut from = Some(AccountId(Uuid::nil()));
    while let Some(begin) = from {
        let (states, next) = roll_up.states(begin).await.expect("read");
        for state in states {
            while roll_up.advance(state).await.expect("advanced") {}
        }
        from = next;
    }
}

async fn rollups(fixture: &Fixture) -> Rollups {
    let found = fixture.store.rollups(fixture.account, day_of(START)).await;
    found.expect("read")
}

fn sum(periods: &[(Timestamp, Tallies)]) -> Tally {
    let tallies = periods.iter().flat_map(|(_, tallies)| tallies.0.values());
    tallies.fold(Tally::default(), |mut sum, tally| {
        sum.merge(tally);
        sum
    })
}

#[tokio::test]
async fn messages_are_counted_after_their_slot_and_again_a_day_later() {
    let fixture = fixture().await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let end = Slot::of(attempt.at).period().until;
    roll_up(&fixture).await;
    assert_eq!(rollups(&fixture).await, Rollups::default());

    fixture.clock.advance(SLOT + MINUTE);
    roll_up(&fixture).await;
    let counted = rollups(&fixture).await;
    assert_eq!(
        (counted.counted_until, &counted.days[..]),
        (Some(end), &[][..])
    );
    let tally = sum(&counted.slots);
    assert_eq!((tally.accepted, tally.sent, tally.delivered), (1, 1, 0));

    // A receipt that comes later is counted when the slot is settled.
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    fixture.settle(&attempt, delivered).await;
    fixture.clock.advance(24 * 60 * MINUTE);
    roll_up(&fixture).await;
    let settled = rollups(&fixture).await;
    assert_eq!(settled.slots, []);
    let tally = sum(&settled.days);
    assert_eq!((tally.accepted, tally.sent, tally.delivered), (1, 1, 1));
    assert_eq!(
        settled.days.iter().map(|(day, _)| *day).collect::<Vec<_>>(),
        [day_of(attempt.at)]
    );
}

#[tokio::test]
async fn every_message_is_counted_once_however_the_work_is_cut() {
    let fixture = fixture().await;
    // Two days, with gaps in which nobody sends.
    let mut sent = 0;
    for hours in [0, 1, 1, 5, 12, 24] {
        fixture.clock.advance(hours * 60 * MINUTE);
        for _ in 0..3 {
            sent += 1;
            fixture.send(sent).await;
            fixture.clock.advance(7 * MINUTE);
        }
        roll_up(&fixture).await;
        let found = rollups(&fixture).await;
        let until = found.counted_until.unwrap_or(START);
        let stored = sum(&found.days).accepted + sum(&found.slots).accepted;
        let query = InsightsQuery {
            account_id: fixture.account,
            from: START,
            until,
            most: 100,
        };
        let facts = fixture.store.funnel_facts(&query);
        let facts = facts.await.expect("read").expect("few");
        assert_eq!(usize::try_from(stored).expect("few"), facts.messages.len());
    }
    fixture.clock.advance(30 * 60 * MINUTE);
    roll_up(&fixture).await;
    let found = rollups(&fixture).await;
    assert_eq!(found.slots, []);
    assert_eq!(sum(&found.days).accepted, u64::from(sent));
    assert!(found.days.len() > 1, "{:?}", found.days.len());
}

#[tokio::test]
async fn a_slot_with_too_many_messages_is_counted_in_parts() {
    let fixture = fixture().await;
    fixture.send(1).await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let parts = Arc::clone(&asked);
    let mut insights = MockInsights::new();
    insights.expect_funnel_facts().returning(move |query| {
        if query.until.since(query.from) > 4 * MINUTE {
            return Ok(None);
        }
        parts
            .lock()
            .expect("no panic")
            .push((query.from, query.until));
        Ok(Some(FunnelFacts::default()))
    });
    let roll_up = RollUpInsights {
        insights: Arc::new(insights),
        ..use_case(&fixture)
    };
    fixture.clock.advance(SLOT + MINUTE);
    let (states, _) = roll_up.states(fixture.account).await.expect("read");
    assert!(!roll_up.advance(states[0]).await.expect("advanced"));
    let mut parts = asked.lock().expect("no panic").clone();
    parts.sort_unstable();
    let period = Slot::of(START).period();
    assert_eq!(parts.len(), 4);
    assert_eq!(parts.first().map(|part| part.0), Some(period.from));
    assert_eq!(parts.last().map(|part| part.1), Some(period.until));
    assert!(
        parts.windows(2).all(|pair| pair[0].1 == pair[1].0),
        "{parts:?}"
    );
}

#[tokio::test]
async fn an_account_with_much_to_count_lets_the_others_go_first() {
    let fixture = fixture().await;
    for number in 0..12 {
        fixture.send(number).await;
        fixture.clock.advance(SLOT);
    }
    fixture.clock.advance(MINUTE);
    let roll_up = use_case(&fixture);
    let (states, _) = roll_up.states(fixture.account).await.expect("read");
    assert!(roll_up.advance(states[0]).await.expect("advanced"));
    let counted = rollups(&fixture).await.slots.len();
    assert!((1..12).contains(&counted), "{counted}");
}

#[tokio::test]
async fn a_failure_of_the_store_is_told_and_keeps_nothing() {
    let fixture = fixture().await;
    fixture.send(1).await;
    fixture.clock.advance(SLOT + MINUTE);
    let (states, _) = use_case(&fixture)
        .states(fixture.account)
        .await
        .expect("read");
    let mut insights = MockInsights::new();
    let failure = || PortError::Unavailable("too slow".into());
    insights
        .expect_funnel_facts()
        .returning(move |_| Err(failure()));
    // Nothing is expected of it.
    let rollups = MockInsightRollups::new();
    let roll_up = RollUpInsights {
        insights: Arc::new(insights),
        rollups: Arc::new(rollups),
        clock: fixture.clock.clone(),
    };
    let error = roll_up.advance(states[0]).await.expect_err("failed");
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    assert!(fixture.clock.now() > START);
}
