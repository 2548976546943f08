//! The health of a sender: whether it may send, the reason if not, and the provider's rating.
//!
//! A sender is stopped by the provider or by an operator. A sender that the provider stopped starts again
//! once the provider reports that it may send; a sender that an operator stopped waits for an operator.

mod stop;

use std::time::Duration;

pub use stop::{SenderStop, StoppedBy};

use crate::channel::whatsapp::{ProviderId, Sender};
use crate::ids::{AccountId, SenderId};
use crate::notice::{MailNotice, NoticeKind, Reason};
use crate::ports::ProviderRefusal;
use crate::time::Timestamp;
use crate::webhook::{WebhookEvent, WebhookEventKind};

/// The time from a check of a sender that cannot send to the next one.
pub const RECHECK_INTERVAL: Duration = Duration::from_secs(60);

/// How long after a stop its notice is still queued, in case it could not be queued before.
///
/// An ended notice is remembered for longer than that, so none is sent twice.
const NOTICE_WINDOW: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// The least time between two checks of a sender, however often checks are requested.
const MIN_INTERVAL: Duration = Duration::from_secs(5);

/// The health of a sender. A sender that was never checked is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderHealth {
    /// The sender.
    pub sender_id: SenderId,
    /// The stop of the sender, if it is stopped.
    pub stop: Option<SenderStop>,
    /// The provider's rating of the quality of its messages.
    pub quality: Option<Quality>,
    /// The number of people it may write to, as the provider's name of a tier, such as `TIER_1K`.
    pub messaging_limit: Option<String>,
    /// When the provider last answered a check.
    pub checked_at: Option<Timestamp>,
    /// When the next check is due, if one is.
    pub check_at: Option<Timestamp>,
}

/// A number's quality rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quality {
    /// High.
    Green,
    /// Medium.
    Yellow,
    /// Low: the provider may restrict it.
    Red,
    /// Not rated, or rated with an unknown word.
    Unknown,
}

/// A change to the health of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthChange {
    /// The sender was checked.
    Examined(Finding),
    /// A check was requested.
    CheckWanted,
    /// The token was replaced: the provider may have refused only the old one.
    TokenReplaced,
    /// An operator stopped the sender.
    StoppedByOperator,
    /// An operator resumed the sender, whoever had stopped it; a check follows.
    ResumedByOperator,
}

/// An event that the provider reports about senders: a reason to check them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderEvent {
    /// An event about this number.
    Number(ProviderId),
    /// An event about this business account, and so about each of its numbers.
    BusinessAccount(ProviderId),
}

impl SenderEvent {
    /// Returns whether the event concerns this sender.
    pub fn is_about(&self, sender: &Sender) -> bool {
        match self {
            Self::Number(id) => *id == sender.phone_number_id,
            Self::BusinessAccount(id) => *id == sender.waba_id,
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The sender may send.
    Able(Rating),
    /// The sender may not send.
    Unable(ProviderRefusal, Rating),
    /// The provider did not answer that question.
    Unclear,
}

/// The provider's rating of a number. A value that the provider leaves out stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rating {
    /// The quality of its messages.
    pub quality: Option<Quality>,
    /// The number of people it may write to, as the name of a tier.
    pub messaging_limit: Option<String>,
}

/// The health of a sender before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthChanged {
    /// The health before.
    pub before: SenderHealth,
    /// The health after.
    pub after: SenderHealth,
}

impl HealthChanged {
    /// Returns the stop if the change stopped the sender.
    pub fn stopped(&self) -> Option<&SenderStop> {
        self.after
            .stop
            .as_ref()
            .filter(|_| self.before.stop.is_none())
    }

    /// Returns whether the change resumed the sender.
    pub fn resumed(&self) -> bool {
        self.before.stop.is_some() && self.after.stop.is_none()
    }

    /// Returns the event that reports that the sender was stopped or resumed.
    pub fn webhook_event(&self, account: AccountId, at: Timestamp) -> Option<WebhookEvent> {
        let kind = if self.stopped().is_some() {
            WebhookEventKind::SenderStopped
        } else if self.resumed() {
            WebhookEventKind::SenderRecovered
        } else {
            return None;
        };
        let sender = self.after.sender_id;
        Some(WebhookEvent::new(account, kind, sender.0, at))
    }
}

impl SenderHealth {
    /// Creates the health of a sender that was never checked.
    pub fn unknown(sender_id: SenderId) -> Self {
        Self {
            sender_id,
            stop: None,
            quality: None,
            messaging_limit: None,
            checked_at: None,
            check_at: None,
        }
    }

    /// Returns the health after this change.
    pub fn after(&self, change: &HealthChange, now: Timestamp) -> Self {
        let mut after = self.clone();
        match change {
            HealthChange::Examined(finding) => after.apply(finding, now),
            HealthChange::CheckWanted => after.request_check(now),
            HealthChange::TokenReplaced => {
                after.stop.take_if(|stop| stop.by == StoppedBy::Provider);
                after.check_at = Some(now);
            }
            HealthChange::StoppedByOperator => {
                let again = after.stop.filter(|stop| stop.by == StoppedBy::Operator);
                after.stop = Some(again.unwrap_or_else(|| SenderStop::by_operator(now)));
                after.check_at = None;
            }
            HealthChange::ResumedByOperator => {
                after.stop = None;
                after.check_at = Some(now);
            }
        }
        after
    }

    /// Returns the notice to the account holder, if there is one.
    ///
    /// Every check by any process yields the same notice, so one that was lost is queued by the next check.
    pub fn notice(&self, account_id: AccountId, now: Timestamp) -> Option<MailNotice> {
        let stop = self.stop.as_ref()?;
        if stop.by != StoppedBy::Provider || now.since(stop.since) >= NOTICE_WINDOW {
            return None;
        }
        let failure = &stop.refusal.failure;
        let kind = NoticeKind::SenderDisabled {
            sender_id: self.sender_id,
            reason: Reason::new(&format!("{}: {}", failure.title, failure.reason)),
        };
        let occasion = format!("{} {}", self.sender_id.0, stop.since.unix_millis());
        Some(MailNotice::new(
            account_id, kind, &occasion, None, stop.since,
        ))
    }

    fn apply(&mut self, finding: &Finding, now: Timestamp) {
        let by_provider = |stop: &SenderStop| stop.by == StoppedBy::Provider;
        match finding {
            Finding::Able(rating) => {
                self.stop.take_if(|stop| by_provider(stop));
                self.check_at = None;
                self.rate(rating, now);
            }
            Finding::Unable(refusal, rating) => {
                match &mut self.stop {
                    None => self.stop = Some(SenderStop::by_provider(now, refusal.clone())),
                    Some(stop) if by_provider(stop) => stop.update_reason(refusal),
                    Some(_) => {}
                }
                self.check_at = Some(now + RECHECK_INTERVAL);
                self.rate(rating, now);
            }
            Finding::Unclear => {
                let open = self.check_at.is_some() || self.stop.as_ref().is_some_and(by_provider);
                self.check_at = open.then(|| now + RECHECK_INTERVAL);
            }
        }
    }

    fn request_check(&mut self, now: Timestamp) {
        let earliest = self.checked_at.map_or(now, |at| now.max(at + MIN_INTERVAL));
        let due = self.check_at.filter(|due| *due < earliest);
        self.check_at = Some(due.unwrap_or(earliest));
    }

    fn rate(&mut self, rating: &Rating, now: Timestamp) {
        self.checked_at = Some(now);
        self.quality = rating.quality.or(self.quality);
        if let Some(limit) = &rating.messaging_limit {
            self.messaging_limit = Some(limit.clone());
        }
    }
}

impl Quality {
    /// Every rating, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Green, Self::Yellow, Self::Red, Self::Unknown];

    /// Reads the provider's word for a rating.
    pub fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|quality| quality.as_str().eq_ignore_ascii_case(word))
            .unwrap_or(Self::Unknown)
    }

    /// Returns the provider's word for the rating.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Returns the stored code.
    pub const fn code(self) -> i16 {
        match self {
            Self::Green => 0,
            Self::Yellow => 1,
            Self::Red => 2,
            Self::Unknown => 3,
        }
    }

    /// Returns the rating with this stored code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }
}

#[cfg(test)]
mod tests;
