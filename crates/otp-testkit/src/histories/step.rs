//! The steps of a history, and how they are chosen.

use std::fmt;

use otp_core::channel::Channel;
use otp_core::recipient::{EmailAddress, PhoneNumber, Recipient};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;
use proptest::sample::select;

use super::faults::Point;
use crate::contract::fixture::recipient;

/// The events of the codes of an account, one after the other.
#[derive(Clone)]
pub(super) struct History {
    pub(super) steps: Vec<Step>,
    /// The receipts that come after the end of everything.
    pub(super) late: Vec<(usize, News)>,
}

/// A step. `nth` counts back from the newest verification or message, and begins again after the oldest.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A verification is created, as soon as the recipient's cooldown is over.
    Create {
        to: Person,
        /// The recipients that the code goes to next, each after a number of seconds.
        fallback: Vec<(Person, u64)>,
        /// How long the code is valid, in seconds.
        lifetime: u64,
    },
    /// The same is created once more: another code for the same recipient.
    CreateAnother { nth: usize },
    /// The code is sent again, as soon as the cooldown is over.
    Resend {
        nth: usize,
        channel: Option<Channel>,
    },
    /// The code is entered.
    RightGuess { nth: usize },
    /// This number of different codes is entered, all of them wrong.
    WrongGuesses { nth: usize, count: u8 },
    /// The last request that creates, resends or checks is repeated with its idempotency key.
    Repeat,
    /// A verification is canceled.
    Cancel { nth: usize },
    /// The provider reports about a message that it took.
    Receipt { nth: usize, news: News },
    /// This number of seconds passes.
    Pass(u64),
    /// Time passes until some seconds before the end of a code.
    PassUntilEnd { nth: usize, seconds_before: u64 },
    /// A worker does what it does each second.
    Work(Worker),
    /// The provider's answer to the next call that has none yet; it takes a message without one.
    Provider(Answer),
    /// The next admission takes this number of seconds.
    SlowAdmission(u64),
    /// The process dies the next time that it gets to this point, and starts again.
    Crash(Point),
    /// The process is stopped between two steps, and starts again.
    Restart,
}

/// A recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// A number, at 2 credits a message.
    Near(u8),
    /// A number, at 5 credits a message.
    Far,
    /// An address, at 3 credits a mail.
    Mailbox(u8),
}

/// The report of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Sent,
    Delivered,
    Read,
    Failed,
}

/// A worker of the server.
#[derive(Debug, Clone, Copy)]
pub(super) enum Worker {
    /// All of them, one after the other.
    All,
    /// Takes the steps of fallbacks.
    Fallbacks,
    /// Claims queued messages and hands them over.
    Queue,
    /// Claims queued messages and is then held up.
    QueueHeldUp,
    /// Goes on, and hands over what it claimed before it was held up.
    QueueGoesOn,
    /// Records the ends of verifications.
    Verifications,
    /// Fails messages whose lifetime is over.
    Messages,
}

/// An answer of the provider other than an acceptance.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Refused,
    /// Whether it took the message is unknown. (It did.)
    Unknown,
    /// It wants to be called again after this number of seconds.
    Later(u64),
}

impl Person {
    pub(super) fn recipient(self) -> Recipient {
        match self {
            Self::Near(number) => recipient(number.into()).into(),
            Self::Far => PhoneNumber::parse("+4915123456789")
                .expect("a German mobile number")
                .into(),
            Self::Mailbox(number) => EmailAddress::parse(&format!("amal{number}@example.com"))
                .expect("an address")
                .into(),
        }
    }
}

/// One step a line.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "    {step:?}")?;
        }
        for (nth, news) in &self.late {
            writeln!(f, "    after its end: receipt nth: {nth}, news: {news:?}")?;
        }
        Ok(())
    }
}

/// Histories of up to 50 steps.
pub(super) fn histories() -> impl Strategy<Value = History> {
    let late = vec((0..6_usize, news()), 0..6);
    (vec(step(), 1..50), late).prop_map(|(steps, late)| History { steps, late })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => create(),
        3 => nth().prop_map(|nth| Step::CreateAnother { nth }),
        3 => (nth(), select(vec![None, None, Some(Channel::WhatsApp), Some(Channel::Email)]))
            .prop_map(|(nth, channel)| Step::Resend { nth, channel }),
        2 => nth().prop_map(|nth| Step::RightGuess { nth }),
        4 => (nth(), select(vec![1, 2, 3, 4, 5, 6])).prop_map(|(nth, count)| Step::WrongGuesses { nth, count }),
        2 => Just(Step::Repeat),
        1 => nth().prop_map(|nth| Step::Cancel { nth }),
        6 => (nth(), news()).prop_map(|(nth, news)| Step::Receipt { nth, news }),
        4 => select(vec![1, 5, 30, 60, 121, 121, 700, 40_000]).prop_map(Step::Pass),
        3 => (nth(), 0..9_u64)
            .prop_map(|(nth, seconds_before)| Step::PassUntilEnd { nth, seconds_before }),
        10 => worker().prop_map(Step::Work),
        4 => answer().prop_map(Step::Provider),
        1 => select(vec![1, 4, 12]).prop_map(Step::SlowAdmission),
        4 => select(Point::ALL.to_vec()).prop_map(Step::Crash),
        1 => Just(Step::Restart),
    ]
}

fn create() -> impl Strategy<Value = Step> {
    let seconds = select(vec![30_u64, 1, 60]);
    let fallback = vec((person(), seconds), 0..=2);
    let lifetime = select(vec![60, 30, 300, 600]);
    (person(), fallback, lifetime).prop_map(|(to, fallback, lifetime)| {
        let mut steps = Vec::<(Person, u64)>::new();
        for (next, seconds) in fallback {
            let is_new = to != next && steps.iter().all(|(known, _)| *known != next);
            if is_new {
                steps.push((next, seconds.min(lifetime)));
            }
        }
        Step::Create {
            to,
            fallback: steps,
            lifetime,
        }
    })
}

/// One of few people, so that much happens to each.
fn person() -> impl Strategy<Value = Person> {
    prop_oneof![
        4 => Just(Person::Near(1)),
        2 => Just(Person::Far),
        2 => Just(Person::Mailbox(1)),
        1 => Just(Person::Near(2)),
        1 => Just(Person::Mailbox(2)),
    ]
}

fn nth() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 1 => 1..4_usize]
}

fn news() -> impl Strategy<Value = News> {
    select(vec![News::Delivered, News::Failed, News::Read, News::Sent])
}

fn worker() -> impl Strategy<Value = Worker> {
    prop_oneof![
        4 => Just(Worker::All),
        1 => select(vec![
            Worker::Fallbacks,
            Worker::Queue,
            Worker::QueueHeldUp,
            Worker::QueueGoesOn,
            Worker::Verifications,
            Worker::Messages,
        ]),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        2 => Just(Answer::Refused),
        2 => Just(Answer::Unknown),
        3 => select(vec![1, 4, 9]).prop_map(Answer::Later),
    ]
}
