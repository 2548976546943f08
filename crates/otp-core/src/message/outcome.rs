//! The outcome of a code that the caller checks: whether its person typed it.

use crate::channel::Channel;
use crate::channel::whatsapp::template::TemplateName;
use crate::message::MessageStatus;
use crate::region::Region;
use crate::time::Timestamp;

/// The outcome of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeOutcome {
    /// The person typed the right code.
    Verified,
    /// The person gave up, or the code expired unused.
    Abandoned,
}

/// An outcome and the time it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedOutcome {
    /// The outcome.
    pub outcome: CodeOutcome,
    /// The time of the first report.
    pub at: Timestamp,
}

/// The verdict on a reported outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeVerdict {
    /// It is the first one, and is recorded.
    Recorded(RecordedOutcome),
    /// The same one is recorded already; this is the recorded one.
    Repeated(RecordedOutcome),
    /// Another one is recorded, and stays.
    Different,
    /// An administrator removed the message.
    Removed,
}

/// A verdict, and how the message that it is about was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedOutcome {
    /// The channel.
    pub channel: Channel,
    /// The destination's region; `None` if the recipient is a mail address.
    pub region: Option<Region>,
    /// The template; `None` if it has none, or if the template no longer exists.
    pub template: Option<TemplateName>,
    /// The verdict.
    pub verdict: OutcomeVerdict,
}

impl CodeOutcome {
    /// All outcomes.
    pub const ALL: [Self; 2] = [Self::Verified, Self::Abandoned];

    /// The names on the wire, in the order of [`CodeOutcome::ALL`].
    pub const NAMES: [&'static str; 2] = [Self::Verified.as_str(), Self::Abandoned.as_str()];

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Abandoned => "abandoned",
        }
    }

    /// Returns the outcome of a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Verified => 0,
            Self::Abandoned => 1,
        }
    }

    /// Returns the outcome of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl OutcomeVerdict {
    /// Judges the outcome that a caller reports of a message with this status and this recorded outcome.
    ///
    /// Every status allows an outcome but `Deleted`, which is final. The caller saw what the person typed,
    /// and the status may know less: a message whose receipts were lost stays `Pending` or `Sent`, and
    /// WhatsApp may deliver one that it reported as failed. An outcome is recorded once, because a person
    /// cannot both type a code and give up.
    pub fn of(
        status: MessageStatus,
        recorded: Option<RecordedOutcome>,
        reported: RecordedOutcome,
    ) -> Self {
        let allowed = match status {
            MessageStatus::Pending
            | MessageStatus::Sent
            | MessageStatus::Delivered
            | MessageStatus::Read
            | MessageStatus::Failed => true,
            MessageStatus::Deleted => false,
        };
        match recorded {
            _ if !allowed => Self::Removed,
            None => Self::Recorded(reported),
            Some(recorded) if recorded.outcome == reported.outcome => Self::Repeated(recorded),
            Some(_) => Self::Different,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(outcome: CodeOutcome, millis: i64) -> RecordedOutcome {
        RecordedOutcome {
            outcome,
            at: Timestamp::from_unix_millis(millis),
        }
    }

    #[test]
    fn the_first_outcome_stays_in_every_status_but_deleted() {
        let (verified, abandoned) = (CodeOutcome::Verified, CodeOutcome::Abandoned);
        for status in MessageStatus::ALL {
            for (recorded, reported, expected) in [
                (None, verified, OutcomeVerdict::Recorded(at(verified, 9))),
                (None, abandoned, OutcomeVerdict::Recorded(at(abandoned, 9))),
                (
                    Some(verified),
                    verified,
                    OutcomeVerdict::Repeated(at(verified, 1)),
                ),
                (Some(verified), abandoned, OutcomeVerdict::Different),
                (Some(abandoned), verified, OutcomeVerdict::Different),
            ] {
                let recorded = recorded.map(|outcome| at(outcome, 1));
                let expected = if status == MessageStatus::Deleted {
                    OutcomeVerdict::Removed
                } else {
                    expected
                };
                let verdict = OutcomeVerdict::of(status, recorded, at(reported, 9));
                assert_eq!(verdict, expected, "{status:?} {recorded:?} {reported:?}");
            }
        }
    }

    #[test]
    fn a_stored_number_and_a_name_read_back() {
        for outcome in CodeOutcome::ALL {
            assert_eq!(CodeOutcome::from_code(outcome.code()), Some(outcome));
            assert_eq!(CodeOutcome::parse(outcome.as_str()), Some(outcome));
            assert!(CodeOutcome::NAMES.contains(&outcome.as_str()));
        }
        assert_eq!(CodeOutcome::from_code(2), None);
        assert_eq!(CodeOutcome::parse("Verified"), None);
    }
}
