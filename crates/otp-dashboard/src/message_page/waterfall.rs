//! The waterfall: where the time went, as one bar.

use std::time::Duration;

use otp_core::message::{EventSource, MessageEvent, MessageStatus};

/// The length of the bar.
const LENGTH: u128 = 1_000;

/// The keys of all words.
#[cfg(test)]
pub(super) const KEYS: [&str; 2] = ["waterfall-answer", "waterfall-receipt"];

/// The two waits of a message that arrived or failed: for the provider's answer, and for the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waterfall {
    answer: Duration,
    receipt: Duration,
}

/// A part of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) key: &'static str,
    pub(super) start: u128,
    pub(super) length: u128,
    pub(super) took: Duration,
}

impl Waterfall {
    /// Returns the waits; `None` if one of them is not over, or if the clock was set back between them.
    pub(super) fn of(timeline: &[MessageEvent]) -> Option<Self> {
        let at = |found: &dyn Fn(&MessageEvent) -> bool| {
            let event = timeline.iter().find(|event| found(event));
            event.map(|event| event.recorded_at)
        };
        let admitted = at(&|event| event.source == EventSource::ApiRequest)?;
        let answered = at(&|event| event.source == EventSource::ProviderCall)?;
        let ends = [
            MessageStatus::Delivered,
            MessageStatus::Read,
            MessageStatus::Failed,
        ];
        let received = at(&|event| {
            event.source == EventSource::ProviderReceipt && ends.contains(&event.status)
        })?;
        (admitted <= answered && answered <= received && admitted < received).then(|| Self {
            answer: answered.since(admitted),
            receipt: received.since(answered),
        })
    }

    /// Returns the parts, in their true proportion.
    pub(super) fn parts(&self) -> [Part; 2] {
        let all = (self.answer + self.receipt).as_millis().max(1);
        let first = self.answer.as_millis() * LENGTH / all;
        [
            Part {
                class: "theirs",
                key: "waterfall-answer",
                start: 0,
                length: first,
                took: self.answer,
            },
            Part {
                class: "wait",
                key: "waterfall-receipt",
                start: first,
                length: LENGTH - first,
                took: self.receipt,
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use otp_core::time::Timestamp;

    use super::*;

    fn event(source: EventSource, status: MessageStatus, millis: i64) -> MessageEvent {
        MessageEvent {
            source,
            status,
            ..MessageEvent::admitted(Timestamp::from_unix_millis(millis))
        }
    }

    #[test]
    fn the_parts_have_their_true_proportion() {
        let timeline = [
            event(EventSource::ApiRequest, MessageStatus::Pending, 1_000),
            event(EventSource::ProviderCall, MessageStatus::Sent, 1_500),
            event(EventSource::ProviderReceipt, MessageStatus::Sent, 1_700),
            event(
                EventSource::ProviderReceipt,
                MessageStatus::Delivered,
                3_000,
            ),
        ];
        let parts = Waterfall::of(&timeline).expect("both waits").parts();
        assert_eq!(
            parts.map(|part| (part.start, part.length)),
            [(0, 250), (250, 750)]
        );
        let millis = parts.map(|part| part.took.as_millis());
        assert_eq!(millis, [500, 1_500]);
        assert_eq!(Waterfall::of(&timeline[..3]), None);
    }

    #[test]
    fn a_clock_that_was_set_back_draws_nothing() {
        let timeline = [
            event(EventSource::ApiRequest, MessageStatus::Pending, 1_000),
            event(EventSource::ProviderCall, MessageStatus::Sent, 900),
            event(
                EventSource::ProviderReceipt,
                MessageStatus::Delivered,
                3_000,
            ),
        ];
        assert_eq!(Waterfall::of(&timeline), None);
    }
}
