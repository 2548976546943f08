//! The health of a sender: whether it may send, why not, and what else the provider thinks of it.
//!
//! A sender is stopped by the provider's word or by an operator's. What the provider stopped starts again
//! by itself once the provider says so; what an operator stopped waits for an operator.

mod stop;

use std::time::Duration;

pub use stop::{SenderStop, StoppedBy};

use crate::channel::whatsapp::{ProviderId, Sender};
use crate::ids::{AccountId, SenderId};
use crate::notice::{MailNotice, NoticeKind, Reason};
use crate::ports::ProviderRefusal;
use crate::time::Timestamp;

/// How long after a look at an unwell sender the next one is due.
pub const CHECK_AGAIN: Duration = Duration::from_secs(60);

/// So long the account holder is told of a stop, in case nobody could be told before. A notice that ended
/// is remembered for longer, so none is told twice.
const TOLD_FOR: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// No sender is looked at more often, however often somebody asks for it.
const MIN_DISTANCE: Duration = Duration::from_secs(5);

/// What is known of a sender. One that nobody ever asked about is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderHealth {
    /// Whose health it is.
    pub sender_id: SenderId,
    /// Why it does not send, if it does not.
    pub stop: Option<SenderStop>,
    /// What people think of its messages, as the provider sees it.
    pub quality: Option<Quality>,
    /// How many people it may write to, in the provider's word for it, such as `TIER_1K`.
    pub messaging_limit: Option<String>,
    /// When the provider last answered about it.
    pub checked_at: Option<Timestamp>,
    /// When the provider is to be asked about it, if it is.
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
    /// Not rated, or in a way that is not known here.
    Unknown,
}

/// Something that changes what is known of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthChange {
    /// The provider was asked.
    Examined(Finding),
    /// Somebody wants the provider to be asked.
    CheckWanted,
    /// It has another token: what the provider refused may have been the old one.
    TokenReplaced,
    /// An operator stops it.
    StoppedByOperator,
    /// An operator lets it send, whoever stopped it; the provider is asked whether that goes well.
    ResumedByOperator,
}

/// Something the provider reports of senders unasked: a reason to ask how they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderEvent {
    /// It is about this number.
    Number(ProviderId),
    /// It is about this business account, and so about each of its numbers.
    BusinessAccount(ProviderId),
}

impl SenderEvent {
    /// Whether this sender is meant.
    pub fn is_about(&self, sender: &Sender) -> bool {
        match self {
            Self::Number(id) => *id == sender.phone_number_id,
            Self::BusinessAccount(id) => *id == sender.waba_id,
        }
    }
}

/// What was found out about a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It may send.
    Able(Rating),
    /// It may not.
    Unable(ProviderRefusal, Rating),
    /// The provider did not say.
    Unclear,
}

/// What the provider says of a number beside whether it may send. What it leaves out stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rating {
    /// Its quality.
    pub quality: Option<Quality>,
    /// How many people it may write to.
    pub messaging_limit: Option<String>,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthChanged {
    /// What was known before.
    pub before: SenderHealth,
    /// What is known now.
    pub after: SenderHealth,
}

impl HealthChanged {
    /// Why it does not send any more, if it did before.
    pub fn stopped(&self) -> Option<&SenderStop> {
        self.after
            .stop
            .as_ref()
            .filter(|_| self.before.stop.is_none())
    }

    /// Whether it sends again.
    pub fn resumed(&self) -> bool {
        self.before.stop.is_some() && self.after.stop.is_none()
    }
}

impl SenderHealth {
    /// Of a sender that nobody asked about yet.
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

    /// What is known after this change.
    pub fn after(&self, change: &HealthChange, now: Timestamp) -> Self {
        let mut after = self.clone();
        match change {
            HealthChange::Examined(finding) => after.take(finding, now),
            HealthChange::CheckWanted => after.want_check(now),
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

    /// What the account holder has to know of it. It is the same notice after every look, whoever looked:
    /// one that got lost on its way is told with the next.
    pub fn notice(&self, account_id: AccountId, now: Timestamp) -> Option<MailNotice> {
        let stop = self.stop.as_ref()?;
        if stop.by != StoppedBy::Provider || now.since(stop.since) >= TOLD_FOR {
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

    fn take(&mut self, finding: &Finding, now: Timestamp) {
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
                    Some(stop) if by_provider(stop) => stop.say_anew(refusal),
                    Some(_) => {}
                }
                self.check_at = Some(now + CHECK_AGAIN);
                self.rate(rating, now);
            }
            Finding::Unclear => {
                let open = self.check_at.is_some() || self.stop.as_ref().is_some_and(by_provider);
                self.check_at = open.then(|| now + CHECK_AGAIN);
            }
        }
    }

    fn want_check(&mut self, now: Timestamp) {
        let earliest = self.checked_at.map_or(now, |at| now.max(at + MIN_DISTANCE));
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
    /// All of them, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Green, Self::Yellow, Self::Red, Self::Unknown];

    /// Reads the provider's word for it.
    pub fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|quality| quality.as_str().eq_ignore_ascii_case(word))
            .unwrap_or(Self::Unknown)
    }

    /// The provider's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// What a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Green => 0,
            Self::Yellow => 1,
            Self::Red => 2,
            Self::Unknown => 3,
        }
    }

    /// The one with this code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }
}

#[cfg(test)]
mod tests;
