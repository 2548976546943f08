//! Promises on the stored tallies of insights.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::ids::AccountId;
use otp_core::insights::{
    CountedSlot, RollupState, Rollups, SettledSlot, Slot, Tallies, Tally, TallyGroup,
    TimesToDelivery, day_of,
};
use otp_core::ports::Storage;
use otp_core::region::Region;
use otp_core::time::Timestamp;
use tokio::task::JoinSet;

use super::fixture::{Fixture, START};

/// Processes that want to keep the same slot.
const RACERS: usize = 8;

/// Tallies of this many messages, with every kind of count.
fn tallies(accepted: u64) -> Tallies {
    let mut times = TimesToDelivery::default();
    times.add(Duration::from_millis(accepted));
    let group = TallyGroup {
        channel: Channel::WhatsApp,
        region: Region::parse("SA").ok(),
        template: None,
    };
    let tally = Tally {
        accepted,
        sent: 4,
        delivered: 3,
        read: 2,
        verified: 1,
        failures: BTreeMap::from([(Some(131_026), accepted), (None, 1)]),
        times,
    };
    Tallies(BTreeMap::from([(group, tally)]))
}

fn counted(
    account_id: AccountId,
    counted_until: Option<Timestamp>,
    slot: Slot,
    accepted: u64,
) -> CountedSlot {
    CountedSlot {
        account_id,
        counted_until,
        slot,
        tallies: tallies(accepted),
    }
}

fn settled(
    account_id: AccountId,
    settled_until: Option<Timestamp>,
    slot: Slot,
    accepted: u64,
) -> SettledSlot {
    SettledSlot {
        account_id,
        settled_until,
        slot,
        tallies: tallies(accepted),
    }
}

async fn state_of(fixture: &Fixture, account_id: AccountId) -> RollupState {
    let found = fixture
        .store
        .rollup_states(account_id, 1)
        .await
        .expect("read");
    let state = found.into_iter().next().expect("a state");
    assert_eq!(state.account_id, account_id);
    state
}

async fn rollups(fixture: &Fixture, from: Timestamp) -> Rollups {
    let found = fixture.store.rollups(fixture.account, from).await;
    found.expect("read")
}

/// Every account is found with its first message that is not counted yet.
pub async fn the_first_uncounted_message_of_each_account_is_known(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let other = fixture.another_account().await;
    let first = fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(3_600));
    let second = fixture.send(2).await;
    let expected = RollupState {
        account_id: fixture.account,
        counted_until: None,
        settled_until: None,
        first_uncounted: Some(first.at),
        first_unsettled: Some(first.at),
    };
    assert_eq!(state_of(&fixture, fixture.account).await, expected);
    let of_other = state_of(&fixture, other).await;
    assert_eq!(
        (of_other.first_uncounted, of_other.first_unsettled),
        (None, None)
    );

    let slot = Slot::of(first.at);
    let keep = counted(fixture.account, None, slot, 1);
    assert!(fixture.store.keep_counted(&keep).await.expect("kept"));
    let end = slot.period().until;
    let expected = RollupState {
        counted_until: Some(end),
        first_uncounted: Some(second.at),
        ..expected
    };
    assert_eq!(state_of(&fixture, fixture.account).await, expected);
    let keep = settled(fixture.account, None, slot, 1);
    assert!(fixture.store.keep_settled(&keep).await.expect("kept"));
    let expected = RollupState {
        settled_until: Some(end),
        first_unsettled: Some(second.at),
        ..expected
    };
    assert_eq!(state_of(&fixture, fixture.account).await, expected);
}

/// Accounts come in the order of their ids, from any of them on.
pub async fn accounts_are_counted_in_the_order_of_their_ids(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let mut ids = vec![fixture.account];
    for _ in 0..4 {
        ids.push(fixture.another_account().await);
    }
    ids.sort_unstable();
    for (place, from) in ids.iter().enumerate() {
        let found = fixture.store.rollup_states(*from, 2).await.expect("read");
        let found: Vec<_> = found.iter().map(|state| state.account_id).collect();
        let expected: Vec<_> = ids.iter().skip(place).take(2).copied().collect();
        assert_eq!(found, expected);
    }
}

/// A slot is kept as it was counted, and becomes part of its day when it is settled.
pub async fn a_settled_slot_becomes_part_of_its_day(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let account = fixture.account;
    let first = Slot::of(START);
    let second = Slot::of(first.period().until);
    let (begin, middle, end) = (
        first.period().from,
        first.period().until,
        second.period().until,
    );
    let day = day_of(begin);
    assert_eq!(rollups(&fixture, day).await, Rollups::default());

    for keep in [
        counted(account, None, first, 5),
        counted(account, Some(middle), second, 7),
    ] {
        assert!(fixture.store.keep_counted(&keep).await.expect("kept"));
    }
    let both = Rollups {
        counted_until: Some(end),
        days: vec![],
        slots: vec![(begin, tallies(5)), (middle, tallies(7))],
    };
    assert_eq!(rollups(&fixture, day).await, both);

    for (keep, slots) in [
        (settled(account, None, first, 6), vec![(middle, tallies(7))]),
        (settled(account, Some(middle), second, 9), vec![]),
    ] {
        assert!(fixture.store.keep_settled(&keep).await.expect("kept"));
        let expected = Rollups {
            counted_until: Some(end),
            days: vec![(day, keep.tallies.clone())],
            slots,
        };
        assert_eq!(rollups(&fixture, day).await, expected);
        let of_day = fixture.store.settled_day(account, day).await;
        assert_eq!(of_day.expect("read"), keep.tallies);
    }
    // A later day has nothing of it, and neither has another account.
    let later = rollups(&fixture, day + Duration::from_secs(86_400)).await;
    assert_eq!(
        (later.counted_until, later.days, later.slots),
        (Some(end), vec![], vec![])
    );
    let other = fixture.another_account().await;
    let of_other = fixture.store.rollups(other, day).await.expect("read");
    assert_eq!(of_other, Rollups::default());
    let of_other = fixture.store.settled_day(other, day).await.expect("read");
    assert_eq!(of_other, Tallies::default());
}

/// Processes that count the same slot keep it once.
pub async fn racers_keep_a_slot_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let account = fixture.account;
    let first = Slot::of(START);
    let second = Slot::of(first.period().until);
    let middle = first.period().until;
    for (until, slot) in [(None, first), (Some(middle), second)] {
        let keep = counted(account, until, slot, 5);
        assert_eq!(winners(&fixture, Keep::Counted(keep)).await, 1, "{slot:?}");
    }
    for (until, slot) in [(None, first), (Some(middle), second)] {
        let keep = settled(account, until, slot, 5);
        assert_eq!(winners(&fixture, Keep::Settled(keep)).await, 1, "{slot:?}");
    }
    // An account of which nothing is counted settles nothing.
    let other = fixture.another_account().await;
    let keep = settled(other, None, first, 5);
    assert!(!fixture.store.keep_settled(&keep).await.expect("judged"));
}

/// The slot that every racer wants to keep.
#[derive(Clone)]
enum Keep {
    Counted(CountedSlot),
    Settled(SettledSlot),
}

async fn winners(fixture: &Fixture, keep: Keep) -> usize {
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let (store, keep) = (Arc::clone(&fixture.store), keep.clone());
        racers.spawn(async move {
            let kept = match keep {
                Keep::Counted(counted) => store.keep_counted(&counted).await,
                Keep::Settled(settled) => store.keep_settled(&settled).await,
            };
            kept.expect("judged")
        });
    }
    let kept = racers.join_all().await;
    kept.into_iter().filter(|kept| *kept).count()
}
