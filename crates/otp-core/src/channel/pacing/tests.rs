//! Tests of the calls that are held back, and of those that are not.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::SenderId;
use crate::message::ProviderMessageId;
use crate::recipient::PhoneNumber;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn sender(number: u128) -> SenderId {
    SenderId(Uuid::from_u128(number))
}

fn to(number: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+96655{number:07}")).expect("valid")
}

fn refusal(scope: RefusalScope) -> ProviderRefusal {
    ProviderRefusal {
        scope,
        ..no_answer()
    }
}

fn retry(scope: RefusalScope, after: Option<Duration>) -> Result<Accepted, SendError> {
    Err(SendError::Retry {
        refusal: refusal(scope),
        after,
    })
}

fn accepted() -> Result<Accepted, SendError> {
    Ok(Accepted {
        provider_message_id: ProviderMessageId("wamid.A".to_owned()),
    })
}

/// A pacing with helpers to send through it.
#[derive(Default)]
struct World(Pacing<SenderId, PhoneNumber>);

impl World {
    /// Asks, and reports this outcome if the call is granted; returns the pause if it is not.
    fn send(
        &mut self,
        (from, recipient): (u128, u32),
        mut outcome: Result<Accepted, SendError>,
        now: Duration,
    ) -> Result<Option<Turn>, Duration> {
        match self.0.ask(sender(from), &to(recipient), now) {
            Permission::Granted(call) => {
                let pair = (sender(from), &to(recipient));
                Ok(self.0.report(pair, call, &mut outcome, now))
            }
            Permission::Held(hold) => Err(hold.after),
        }
    }

    #[track_caller]
    fn fail(&mut self, times: u32, now: Duration) {
        for n in 1..=times {
            let turn = self.send((1, n), Err(SendError::Unknown), now);
            let expected = (n == times).then_some(Turn::Opened);
            assert_eq!(turn, Ok(expected), "failure {n}");
        }
    }
}

#[test]
fn ten_failures_in_a_row_open_the_breaker_of_their_sender() {
    for outcome in [
        Err(SendError::Unknown),
        retry(RefusalScope::Provider, None),
        retry(RefusalScope::SenderUntilFixed, None),
        Err(SendError::Refused(refusal(RefusalScope::Provider))),
    ] {
        let mut world = World::default();
        for n in 0..9 {
            world.send((1, n), outcome.clone(), s(0)).expect("granted");
            world.0.clear_suspicion(sender(1));
        }
        world.send((1, 9), outcome, s(0)).expect("granted");
        world.0.clear_suspicion(sender(1));
        assert_eq!(world.send((1, 10), accepted(), s(0)), Err(s(1)));
        assert_eq!(
            world.send((2, 10), accepted(), s(0)),
            Ok(None),
            "another sender"
        );
        assert_eq!(world.0.open_breakers().collect::<Vec<_>>(), [sender(1)]);
    }
}

#[test]
fn a_refusal_of_one_message_shows_that_the_provider_works() {
    for outcome in [
        accepted(),
        Err(SendError::Refused(refusal(RefusalScope::Message))),
        retry(RefusalScope::Recipient, None),
    ] {
        let mut world = World::default();
        for n in 0..9 {
            world
                .send((1, n), Err(SendError::Unknown), s(0))
                .expect("granted");
        }
        world.send((1, 20), outcome, s(0)).expect("granted");
        for n in 30..39 {
            assert_eq!(world.send((1, n), Err(SendError::Unknown), s(0)), Ok(None));
        }
    }
}

#[test]
fn one_probe_goes_out_after_a_pause_that_doubles_up_to_a_minute() {
    let mut world = World::default();
    world.fail(10, s(0));
    let mut now = s(0);
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(world.send((1, 1), accepted(), now), Err(s(pause)));
        now += s(pause);
        let Permission::Granted(probe) = world.0.ask(sender(1), &to(1), now) else {
            panic!("no probe after {pause} s")
        };
        assert_eq!(
            world.send((1, 2), accepted(), now),
            Err(s(1)),
            "others wait"
        );
        let pair = (sender(1), &to(1));
        let failed = &mut Err(SendError::Unknown);
        assert_eq!(world.0.report(pair, probe, failed, now), None);
    }
    now += s(60);
    assert_eq!(world.send((1, 1), accepted(), now), Ok(Some(Turn::Closed)));
    assert!(
        world.0.senders.is_empty(),
        "a sender without trouble takes no memory"
    );
}

#[test]
fn an_unreported_probe_holds_other_calls_for_a_minute() {
    let mut world = World::default();
    world.fail(10, s(0));
    assert!(matches!(
        world.0.ask(sender(1), &to(1), s(1)),
        Permission::Granted(_)
    ));
    assert_eq!(world.send((1, 1), accepted(), s(60)), Err(s(1)));
    assert_eq!(
        world.send((1, 1), accepted(), s(61)),
        Ok(Some(Turn::Closed))
    );
}

#[test]
fn late_answers_to_calls_before_the_breaker_opened_close_it_and_never_prolong_it() {
    let mut world = World::default();
    let Permission::Granted(early) = world.0.ask(sender(1), &to(99), s(0)) else {
        panic!("granted")
    };
    world.fail(10, s(0));
    let pair = (sender(1), &to(99));
    world
        .0
        .report(pair, early, &mut Err(SendError::Unknown), ms(900));
    assert_eq!(world.send((1, 1), accepted(), ms(900)), Err(ms(100)));
    let closed = world.0.report(pair, early, &mut accepted(), ms(900));
    assert_eq!(closed, Some(Turn::Closed));
}

#[test]
fn a_sender_that_sends_too_fast_pauses_for_as_long_as_the_provider_asks() {
    for (asked, pause) in [(None, s(1)), (Some(s(7)), s(7)), (Some(s(60)), s(60))] {
        let mut world = World::default();
        let mut outcome = retry(RefusalScope::Sender, asked);
        let pair = (sender(1), &to(1));
        let call = Call { is_probe: false };
        world.0.report(pair, call, &mut outcome, s(0));
        assert_eq!(outcome, retry(RefusalScope::Sender, Some(pause)));
        assert_eq!(world.send((1, 2), accepted(), ms(1)), Err(pause - ms(1)));
        assert_eq!(world.send((2, 2), accepted(), ms(1)), Ok(None));
        assert_eq!(world.send((1, 2), accepted(), pause), Ok(None));
        assert!(world.0.senders.is_empty());
    }
}

#[test]
fn a_pair_that_sends_too_fast_pauses_alone_and_longer_each_time() {
    let mut world = World::default();
    let mut now = s(0);
    for pause in [4, 4, 16, 64, 256, 256] {
        let slowed = retry(RefusalScope::Recipient, Some(s(4)));
        assert_eq!(world.send((1, 1), slowed, now), Ok(None));
        assert_eq!(world.send((1, 1), accepted(), now), Err(s(pause)));
        assert_eq!(
            world.send((1, 2), accepted(), now),
            Ok(None),
            "another recipient"
        );
        assert_eq!(
            world.send((2, 1), accepted(), now),
            Ok(None),
            "another sender"
        );
        now += s(pause);
    }
    assert_eq!(world.send((1, 1), accepted(), now), Ok(None));
    assert_eq!(world.0.pairs.len(), 0);
}

#[test]
fn a_flood_of_slowed_recipients_is_remembered_up_to_a_bound() {
    let mut world = World::default();
    for n in 0..12_000 {
        world
            .send((1, n), retry(RefusalScope::Recipient, None), s(0))
            .expect("granted");
    }
    assert_eq!(world.0.pairs.len(), 10_000);
    world
        .send((1, 20_000), retry(RefusalScope::Recipient, None), s(700))
        .expect("granted");
    assert_eq!(world.0.pairs.len(), 1);
}

#[test]
fn a_suspected_sender_is_held_until_it_has_been_checked() {
    let suspected = || Err(SendError::Refused(refusal(RefusalScope::SenderUntilFixed)));
    let mut world = World::default();
    assert_eq!(
        world.send((1, 1), suspected(), s(0)),
        Ok(Some(Turn::Suspected))
    );
    assert_eq!(world.send((1, 2), accepted(), s(0)), Err(s(1)));
    assert_eq!(world.0.suspects(s(0)).len(), 1);

    world.0.clear_suspicion(sender(1));
    assert_eq!(world.0.suspects(s(1)), []);
    assert_eq!(
        world.send((1, 2), suspected(), s(1)),
        Ok(Some(Turn::Suspected))
    );

    world.0.confirm_suspicion(sender(1), s(2));
    assert_eq!(world.0.suspects(s(2)), [], "it has been checked");
    assert_eq!(world.send((1, 2), accepted(), s(6)), Err(s(1)));
    assert_eq!(world.send((1, 2), accepted(), s(7)), Ok(None));
}

#[test]
fn a_suspicion_that_is_not_checked_lapses() {
    let mut world = World::default();
    assert!(
        world
            .0
            .suspect(sender(1), &refusal(RefusalScope::SenderUntilFixed), s(0))
    );
    assert!(
        !world
            .0
            .suspect(sender(1), &refusal(RefusalScope::SenderUntilFixed), s(1))
    );
    assert_eq!(world.send((1, 1), accepted(), ms(59_500)), Err(ms(500)));
    assert_eq!(world.send((1, 1), accepted(), s(60)), Ok(None));
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Wait(u64),
    Start,
    Finish(usize, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0_u64..5_000).prop_map(Step::Wait),
        Just(Step::Start),
        (any::<usize>(), prop::bool::weighted(0.2)).prop_map(|(n, well)| Step::Finish(n, well)),
    ];
    prop::collection::vec(step, 0..300)
}

proptest! {
    /// In any order of calls and answers: while the breaker is not closed, at most one probe is running
    /// within a minute, and no call has to wait longer than a minute.
    #[test]
    fn a_sender_in_trouble_is_called_by_one_probe_at_a_time(steps in steps()) {
        let mut pacing = Pacing::default();
        let mut now = s(0);
        let mut under_way: Vec<Call> = Vec::new();
        let mut probed_at: Option<Duration> = None;
        for step in steps {
            match step {
                Step::Wait(millis) => now += ms(millis),
                Step::Start => match pacing.ask(sender(1), &to(1), now) {
                    Permission::Granted(call) => {
                        if call.is_probe {
                            prop_assert!(probed_at.is_none_or(|at| now >= at + s(60)));
                            probed_at = Some(now);
                        } else {
                            prop_assert_eq!(pacing.open_breakers().count(), 0);
                        }
                        under_way.push(call);
                    }
                    Permission::Held(hold) => {
                        prop_assert!(hold.after > s(0) && hold.after <= s(60));
                    }
                },
                Step::Finish(n, well) if !under_way.is_empty() => {
                    let call = under_way.swap_remove(n % under_way.len());
                    let mut outcome = if well { accepted() } else { Err(SendError::Unknown) };
                    pacing.report((sender(1), &to(1)), call, &mut outcome, now);
                    if well || call.is_probe {
                        probed_at = None;
                    }
                    if well {
                        prop_assert!(pacing.senders.is_empty());
                    }
                }
                Step::Finish(..) => {}
            }
        }
    }
}
