//! The verdict: what a send would answer, why, and what to do.

use otp_core::cooldown::whole_seconds;
use otp_core::usecases::explain_send::Foreseen;
use otp_core::usecases::send_message::SendMessageError;

use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;

/// The answer of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The message would be sent.
    Sent,
    /// The account is restricted.
    Restricted,
    /// The account is closed.
    Closed,
    /// There is no sender.
    NoSender,
    /// There is no template in a fitting language.
    NoTemplate,
    /// The recipient opted out.
    OptedOut,
    /// The recipient has to wait.
    CoolingDown {
        /// The seconds.
        seconds: u64,
    },
    /// There are too few credits.
    FewCredits,
    /// The sender is stopped.
    SenderStopped,
}

impl Verdict {
    /// Every verdict, for tables and tests.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Sent,
        Self::Restricted,
        Self::Closed,
        Self::NoSender,
        Self::NoTemplate,
        Self::OptedOut,
        Self::CoolingDown { seconds: 30 },
        Self::FewCredits,
        Self::SenderStopped,
    ];

    /// Returns the verdict; the error if the answer cannot be foreseen.
    pub(super) fn of(foreseen: Foreseen) -> Result<Self, SendMessageError> {
        let error = match foreseen {
            // Nothing is replayed without an idempotency key.
            Foreseen::WouldSend | Foreseen::WouldReplay(_) => return Ok(Self::Sent),
            Foreseen::WouldRefuse(error) => error,
        };
        match error {
            SendMessageError::AccountRestricted => Ok(Self::Restricted),
            SendMessageError::AccountClosed => Ok(Self::Closed),
            // The second is one of mails, which are not explained.
            SendMessageError::SenderNumberNotFound | SendMessageError::EmailSenderNotFound => {
                Ok(Self::NoSender)
            }
            SendMessageError::TemplateNotFound => Ok(Self::NoTemplate),
            SendMessageError::RecipientOptedOut => Ok(Self::OptedOut),
            SendMessageError::CoolingDown { wait } => Ok(Self::CoolingDown {
                seconds: whole_seconds(wait),
            }),
            SendMessageError::InsufficientBalance => Ok(Self::FewCredits),
            SendMessageError::RefusedByProvider { .. } => Ok(Self::SenderStopped),
            SendMessageError::UnreadableToken(_) | SendMessageError::Port(_) => Err(error),
        }
    }

    /// Returns the class of the notice, and its icon.
    pub(super) const fn look(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sent => ("is-good", "circle-check"),
            Self::CoolingDown { .. } => ("is-warn", "clock"),
            Self::Restricted
            | Self::Closed
            | Self::NoSender
            | Self::NoTemplate
            | Self::OptedOut
            | Self::FewCredits
            | Self::SenderStopped => ("is-bad", "circle-x"),
        }
    }

    /// Returns the code that the API answers, if it is one.
    pub(super) const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Restricted => Some("AccountRestricted"),
            Self::Closed => Some("AccountClosed"),
            Self::NoSender => Some("SenderNumberNotFound"),
            Self::NoTemplate => Some("TemplateNotFound"),
            Self::OptedOut => Some("RecipientOptedOut"),
            Self::FewCredits => Some("InsufficientBalance"),
            // These two are answered with a sentence.
            Self::CoolingDown { .. } | Self::SenderStopped => None,
            Self::Sent => None,
        }
    }

    /// Returns the beginning of the keys of its words.
    const fn key(&self) -> &'static str {
        match self {
            Self::Sent => "verdict-sent",
            Self::Restricted => "verdict-restricted",
            Self::Closed => "verdict-closed",
            Self::NoSender => "verdict-no-sender",
            Self::NoTemplate => "verdict-no-template",
            Self::OptedOut => "verdict-opted-out",
            Self::CoolingDown { .. } => "verdict-cooling-down",
            Self::FewCredits => "verdict-few-credits",
            Self::SenderStopped => "verdict-sender-stopped",
        }
    }

    /// Returns what a send would answer.
    pub(super) fn title(&self, page: &Page) -> Markup {
        page.t(self.key())
    }

    /// Returns why, and what to do.
    pub(super) fn advice(&self, page: &Page) -> Markup {
        let key = format!("{}-about", self.key());
        match self {
            Self::CoolingDown { seconds } => {
                page.say_all(&key, &[("seconds", Value::Number(*seconds))])
            }
            Self::Sent
            | Self::Restricted
            | Self::Closed
            | Self::NoSender
            | Self::NoTemplate
            | Self::OptedOut
            | Self::FewCredits
            | Self::SenderStopped => page.t(&key),
        }
    }
}

/// Returns the keys of all words.
#[cfg(test)]
pub(super) fn keys() -> Vec<String> {
    let all = Verdict::ALL.iter();
    let keys = all.flat_map(|one| [one.key().to_owned(), format!("{}-about", one.key())]);
    keys.collect()
}

/// Returns the names of all icons.
#[cfg(test)]
pub(super) fn icons() -> Vec<&'static str> {
    Verdict::ALL.iter().map(|one| one.look().1).collect()
}
