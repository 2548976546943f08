//! Test numbers: phone numbers whose messages have a known fate if a test key sends them.
//!
//! They are +1 202 555 0100 to 0199, which the North American numbering plan reserves for fiction.
//! `docs/TEST-NUMBERS.md` lists them. The sandbox has a table of its own, because it must not repeat the
//! mistakes of this one; a test of `otp-server` compares them.

mod answers;
mod lives;

use crate::message::Failure;
use crate::passcode::Passcode;
use crate::recipient::{PhoneNumber, Recipient};
use crate::time::Timestamp;
use crate::verification::CodeLength;

pub use answers::{Repetition, TestAnswer, TestReply};
pub use lives::{LifeEvent, LifeStep};

/// A test number, by its last two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestNumber(u8);

/// The start of every test number; two digits follow.
const PREFIX: &str = "+120255501";

impl TestNumber {
    /// Returns every test number, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..100).filter_map(Self::documented)
    }

    /// Returns the test number that this phone number is.
    pub fn of(number: &PhoneNumber) -> Option<Self> {
        let digits = number.e164().strip_prefix(PREFIX)?;
        let is_pair = digits.len() == 2;
        Self::documented(digits.parse().ok().filter(|_| is_pair)?)
    }

    /// Returns the test number that this recipient has.
    pub fn to(recipient: &Recipient) -> Option<Self> {
        match recipient {
            Recipient::Phone(number) => Self::of(number),
            Recipient::Email(_) => None,
        }
    }

    fn documented(digits: u8) -> Option<Self> {
        let number = Self(digits);
        let is_listed = answers::answer(digits).is_some() || lives::life(digits).is_some();
        is_listed.then_some(number)
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        // Two digits fit.
        self.0 as i16
    }

    /// Returns the test number of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::documented(u8::try_from(code).ok()?)
    }

    /// Returns the answer to a message to this number.
    pub fn answer(self) -> TestAnswer {
        answers::answer(self.0).unwrap_or(TestAnswer::ACCEPTED)
    }

    /// Returns the code that the service makes for this number, instead of a random one.
    pub fn fixed_code(length: CodeLength) -> Passcode {
        let digits = "42".repeat(4);
        let code = digits.get(..length.get().into()).unwrap_or(&digits);
        Passcode::parse(Some(code)).expect("4 to 8 digits are a passcode")
    }
}

impl std::fmt::Display for TestNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PREFIX}{:02}", self.0)
    }
}

/// A place in the life of an accepted message: the report that comes next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifePosition {
    /// The test number; `None` for a number that is none, whose messages are delivered and never read.
    pub number: Option<TestNumber>,
    /// The number of reports before this one.
    pub step: u16,
    /// The time at which the report is due.
    pub due_at: Timestamp,
}

impl LifePosition {
    /// Returns the begin of the life of a message that was accepted at this time; `None` if nothing is
    /// ever reported.
    pub fn begin(number: Option<TestNumber>, accepted_at: Timestamp) -> Option<Self> {
        Self::at(number, 0, accepted_at)
    }

    /// Returns the next place, in the life of a message that was accepted at this time.
    pub fn next(self, accepted_at: Timestamp) -> Option<Self> {
        Self::at(self.number, self.step.checked_add(1)?, accepted_at)
    }

    /// Returns the step of this place; `None` if a life has become shorter since it was stored.
    pub fn life_step(self) -> Option<LifeStep> {
        steps(self.number).get(usize::from(self.step)).copied()
    }

    fn at(number: Option<TestNumber>, step: u16, accepted_at: Timestamp) -> Option<Self> {
        let of_step = steps(number).get(usize::from(step))?;
        Some(Self {
            number,
            step,
            due_at: accepted_at + of_step.reported_after,
        })
    }
}

/// Returns the life of a message to this number, in the order of the reports.
pub fn steps(number: Option<TestNumber>) -> &'static [LifeStep] {
    let of_number = number.and_then(|number| lives::life(number.0));
    of_number.unwrap_or(lives::DEFAULT)
}

/// Returns the failure with this code, and Meta's message about it.
pub fn failure(code: i32) -> (Failure, String) {
    let (title, message) = answers::texts(code);
    let failure = Failure {
        code: Some(code),
        title: title.to_owned(),
        reason: "The recipient is a test number whose messages fail with this code.".to_owned(),
    };
    (failure, message)
}

#[cfg(test)]
mod tests;
