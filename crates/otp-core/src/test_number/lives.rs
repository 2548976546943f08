//! The lives of accepted messages: which reports come, and when.

use std::time::Duration;

/// One report of a message's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeStep {
    /// The event.
    pub event: LifeEvent,
    /// The time from the acceptance to the event.
    pub happens_after: Duration,
    /// The time from the acceptance to its report.
    pub reported_after: Duration,
}

/// An event in the life of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeEvent {
    /// The message left for the phone.
    Sent,
    /// The phone has it.
    Delivered,
    /// The person opened it.
    Read,
    /// It did not arrive, for the reason with this code.
    Failed(i32),
    /// The person replied with this text.
    Replied(&'static str),
}

const fn at(event: LifeEvent, milliseconds: u64) -> LifeStep {
    late(event, milliseconds, milliseconds)
}

const fn late(event: LifeEvent, happens: u64, reported: u64) -> LifeStep {
    LifeStep {
        event,
        happens_after: Duration::from_millis(happens),
        reported_after: Duration::from_millis(reported),
    }
}

const SENT: LifeStep = at(LifeEvent::Sent, 300);
const DELIVERED: LifeStep = at(LifeEvent::Delivered, 1_200);
const READ: LifeStep = at(LifeEvent::Read, 3_000);

const fn failed(code: i32) -> LifeStep {
    at(LifeEvent::Failed(code), 1_200)
}

const fn replied(text: &'static str) -> LifeStep {
    at(LifeEvent::Replied(text), 3_000)
}

/// The life of a message to any other number.
pub(super) const DEFAULT: &[LifeStep] = &[SENT, DELIVERED];

/// The last two digits of the numbers with a life of their own, and the life.
const LIVES: &[(&[u8], &[LifeStep])] = &[
    (&[70], &[SENT]),
    (&[71], &[SENT, at(LifeEvent::Delivered, 5_000)]),
    (&[72], &[SENT, at(LifeEvent::Delivered, 30_000)]),
    // In 97, no report has our id; in 96, none has contacts. A report of either is believed.
    (&[73, 96, 97], &[SENT, DELIVERED, READ]),
    (&[74], &[SENT, at(LifeEvent::Read, 1_200)]),
    (
        &[75],
        &[SENT, READ, late(LifeEvent::Delivered, 1_200, 4_000)],
    ),
    (&[76], &[DELIVERED, late(LifeEvent::Sent, 300, 3_000)]),
    (&[77], &[SENT, SENT, DELIVERED, DELIVERED, READ, READ]),
    (
        &[78],
        &[
            late(LifeEvent::Sent, 300, 1_500),
            late(LifeEvent::Delivered, 1_200, 1_500),
            at(LifeEvent::Read, 1_500),
        ],
    ),
    // Nothing is reported, or no report is signed as it must be.
    (&[79, 98, 99], &[]),
    (&[80, 89], &[SENT, failed(131_026)]),
    (&[81], &[at(LifeEvent::Failed(131_026), 300)]),
    (&[82], &[SENT, failed(131_042)]),
    (&[83], &[SENT, failed(131_000)]),
    (&[84], &[SENT, failed(130_497)]),
    (
        &[85],
        &[SENT, failed(131_026), at(LifeEvent::Delivered, 3_000)],
    ),
    (
        &[86],
        &[SENT, DELIVERED, at(LifeEvent::Failed(131_026), 3_000)],
    ),
    (&[87], &[SENT, failed(199_999)]),
    (&[88], &[SENT, SENT, failed(131_026), failed(131_026)]),
    (&[90, 91, 92, 93], &[SENT, DELIVERED, replied("STOP")]),
    (&[94], &[SENT, DELIVERED, replied("إيقاف")]),
    (&[95], &[SENT, DELIVERED, replied("Thank you")]),
];

/// Returns the life of messages to the number with these last two digits; `None` if it is the default one.
pub(super) fn life(digits: u8) -> Option<&'static [LifeStep]> {
    let row = LIVES
        .iter()
        .find(|(numbers, _)| numbers.contains(&digits))?;
    Some(row.1)
}
