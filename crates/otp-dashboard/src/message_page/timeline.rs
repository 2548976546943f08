//! The timeline: each event, its source, and the time since the one before.

use otp_core::channel::Channel;
use otp_core::message::{EventSource, MessageEvent, MessageStatus};
use otp_core::time::Timestamp;

use crate::markup::Markup;
use crate::message_badge::MessageBadge;
use crate::page::Page;
use crate::value::Value;

/// The keys of all words.
#[cfg(test)]
pub(super) const KEYS: [&str; 13] = [
    "event-admitted",
    "event-admitted-about",
    "event-accepted",
    "event-refused",
    "event-unknown",
    "event-receipt",
    "event-receipt-after",
    "event-lifetime",
    "event-unchanged",
    "event-delta",
    "provider-whatsapp",
    "provider-email",
    "provider-test",
];

/// An event.
#[derive(Debug, Clone)]
pub(super) struct Step {
    event: MessageEvent,
    /// The milliseconds since the event before.
    since: Option<i64>,
}

/// Returns the key of the word for whoever carries the messages of a channel.
pub(super) fn provider_key(channel: Channel, is_test: bool) -> &'static str {
    match is_test {
        true => "provider-test",
        false if channel == Channel::Email => "provider-email",
        false => "provider-whatsapp",
    }
}

impl Step {
    /// Returns the steps of a timeline.
    pub(super) fn all_of(timeline: Vec<MessageEvent>) -> Vec<Self> {
        let mut before: Option<Timestamp> = None;
        let steps = timeline.into_iter().map(|event| {
            let at = event.recorded_at;
            let since = before.map(|before| at.unix_millis() - before.unix_millis());
            before = Some(at);
            Self { event, since }
        });
        steps.collect()
    }

    pub(super) fn class(&self) -> &'static str {
        match self.event.status {
            MessageStatus::Failed => "is-failed",
            MessageStatus::Delivered | MessageStatus::Read => "is-good",
            MessageStatus::Pending | MessageStatus::Sent | MessageStatus::Deleted => "",
        }
    }

    pub(super) fn icon(&self) -> &'static str {
        match self.event.source {
            EventSource::ApiRequest => "arrow-right",
            EventSource::ProviderCall | EventSource::ProviderReceipt | EventSource::LifetimeEnd => {
                MessageBadge::from(self.event.status).icon
            }
        }
    }

    pub(super) fn title_key(&self) -> &'static str {
        match self.event.source {
            EventSource::ApiRequest => "event-admitted",
            EventSource::ProviderCall | EventSource::ProviderReceipt | EventSource::LifetimeEnd => {
                MessageBadge::from(self.event.status).key
            }
        }
    }

    pub(super) fn failure_code(&self) -> Option<i32> {
        self.event.failure.as_ref().and_then(|failure| failure.code)
    }

    pub(super) fn at(&self) -> &Timestamp {
        &self.event.recorded_at
    }

    /// Returns the time since the event before, such as `+0.418 s`.
    pub(super) fn delta(&self, page: &Page) -> Option<Markup> {
        let seconds = signed_seconds(self.since?);
        Some(page.say("event-delta", "seconds", &seconds))
    }

    /// Returns what happened, in sentences.
    pub(super) fn about(&self, page: &Page, provider: &str) -> Vec<Markup> {
        let provider = page.plain(provider);
        let of_provider = |key| page.say_all(key, &[("provider", Value::Name(&provider))]);
        let mut about = match (self.event.source, self.event.status) {
            (EventSource::ApiRequest, _) => vec![page.t("event-admitted-about")],
            (EventSource::ProviderCall, MessageStatus::Failed) => {
                vec![of_provider("event-refused")]
            }
            (EventSource::ProviderCall, MessageStatus::Pending) => {
                vec![of_provider("event-unknown")]
            }
            (EventSource::ProviderCall, _) => vec![of_provider("event-accepted")],
            (EventSource::ProviderReceipt, _) => {
                let mut about = vec![of_provider("event-receipt")];
                about.extend(self.delay(page));
                about
            }
            (EventSource::LifetimeEnd, _) => vec![of_provider("event-lifetime")],
        };
        if !self.event.changed_status {
            about.push(page.t("event-unchanged"));
        }
        about
    }

    /// Returns how long the report took, if the two clocks say so.
    fn delay(&self, page: &Page) -> Option<Markup> {
        let late = self.event.latency_millis().filter(|late| *late > 0)?;
        let late = format!("{}.{}", late / 1_000, late % 1_000 / 100);
        Some(page.say("event-receipt-after", "seconds", &late))
    }
}

/// Writes milliseconds as seconds with their sign. A clock that was set back makes them negative.
fn signed_seconds(millis: i64) -> String {
    let sign = if millis < 0 { '−' } else { '+' };
    let millis = millis.unsigned_abs();
    format!("{sign}{}.{:03}", millis / 1_000, millis % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_two_events_has_its_sign() {
        for (millis, expected) in [
            (0, "+0.000"),
            (418, "+0.418"),
            (62_005, "+62.005"),
            (-40, "−0.040"),
        ] {
            assert_eq!(signed_seconds(millis), expected);
        }
    }
}
