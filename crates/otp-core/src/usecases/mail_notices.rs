//! Mail notices: claims due notices from the outbox and sends them.
//!
//! Any process may do this at any time, because only one process at a time holds the claim to a notice.
//! If a process dies between sending and recording, another claims the notice and sends the same mail
//! again, under the same `Message-ID`. So a notice is never lost, and is sent twice only if no process
//! can know that it was sent.

use std::sync::Arc;
use std::time::Duration;

use crate::account::{Account, ContactLine};
use crate::ids::NoticeId;
use crate::lease::Lease;
use crate::notice::{NoticeKind, NoticeOutcome, NoticeState, QueuedNotice};
use crate::ports::{
    Accounts, AddressedNotice, Clock, NoticeError, NoticeOutbox, NoticeRecipient, NoticeSender,
    Persons, PortError, Teams,
};
use crate::recipient::EmailAddress;
use crate::retry::RetryWaits;
use crate::sealing::InstallationSealer;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::account_sealers::AccountSealers;

/// How long a claim holds: longer than a mail can take, see [`NoticeSender::send`].
const LEASE: Duration = Duration::from_secs(5 * 60);

/// The waits between attempts.
const WAITS: RetryWaits = RetryWaits::Doubling {
    first: Duration::from_secs(10),
    most: Duration::from_secs(60 * 60),
};

/// How long a notice is retried before it is given up, as for mail (RFC 5321, section 4.5.4.1).
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// The name of the operators in the head of a mail to them.
const OPERATORS: &str = "Orders";

/// Sends the notices in the outbox.
#[derive(Clone)]
pub struct MailNotices {
    /// Holds the notices.
    pub outbox: Arc<dyn NoticeOutbox>,
    /// Finds the addresses.
    pub accounts: Arc<dyn Accounts>,
    /// Finds the people whom a notice is about.
    pub persons: Arc<dyn Persons>,
    /// Opens the addresses of accounts.
    pub sealers: AccountSealers,
    /// Opens the addresses of people.
    pub installation: Arc<InstallationSealer>,
    /// Sends the mail.
    pub sender: Arc<dyn NoticeSender>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The address of the operators who receive new orders, if there is one.
    pub orders_to: Option<EmailAddress>,
    /// Finds invitations to teams.
    pub teams: Arc<dyn Teams>,
    /// The address under which people reach the gateway, which an invitation names; `None` if it is not configured.
    pub gateway: Option<String>,
}

/// The result of one attempt to send a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    /// The notice.
    pub id: NoticeId,
    /// The name of its kind.
    pub kind: &'static str,
    /// Its state after the attempt.
    pub state: NoticeState,
    /// The reason it was not sent, if it was not.
    pub failure: Option<String>,
}

impl MailNotices {
    /// Sends the notice that has been due for longest; returns `None` if none is due.
    ///
    /// It sends one notice only: mail is rare, and a shutdown waits for one mail at most.
    pub async fn execute(&self) -> Result<Option<Mailed>, PortError> {
        let lease = Lease::begin(self.clock.now(), LEASE);
        let claimed = self.outbox.claim(lease, 1).await?;
        let Some(queued) = claimed.into_iter().next() else {
            return Ok(None);
        };
        let account = self.accounts.find(queued.notice.account_id).await?;
        let muted_topics = account.as_ref().map(|account| account.muted_topics);
        let outcome = if muted_topics.unwrap_or_default().mute(&queued.notice.kind) {
            muted(&queued, self.clock.now())
        } else {
            let result = self.send(&queued, account).await?;
            outcome(&queued, result, self.clock.now())
        };
        let mailed = Mailed {
            id: outcome.id,
            kind: queued.notice.kind.as_str(),
            state: outcome.state,
            failure: outcome.failure.clone(),
        };
        self.outbox.record(&[outcome]).await?;
        Ok(Some(mailed))
    }

    async fn send(
        &self,
        queued: &QueuedNotice,
        account: Option<Account>,
    ) -> Result<Result<(), NoticeError>, PortError> {
        let notice = &queued.notice;
        let at = self.clock.now();
        if at.since(notice.created_at) >= GIVE_UP_AFTER {
            // It waited while no mail server was configured, and is out of date by now.
            return Ok(Err(NoticeError::Refused("too old".to_owned())));
        }
        let Some(account) = account else {
            return Ok(Err(NoticeError::Refused("the account is gone".to_owned())));
        };
        let Some(sealer) = self.sealers.find(account.id).await? else {
            return Ok(Err(NoticeError::Refused("the account is gone".to_owned())));
        };
        let Ok(contact) = account.contact.open(&sealer) else {
            let reason = "the account's address cannot be read";
            return Ok(Err(NoticeError::Postponed(reason.to_owned())));
        };
        let to = match notice.kind {
            NoticeKind::OrderPlaced { .. } => {
                let Some(address) = self.orders_to.clone() else {
                    let reason = "no address for orders is set";
                    return Ok(Err(NoticeError::Refused(reason.to_owned())));
                };
                let name = ContactLine::parse(OPERATORS).expect("it is one line");
                (address, name)
            }
            NoticeKind::LowBalance { .. }
            | NoticeKind::SubscriptionSpent { .. }
            | NoticeKind::SenderDisabled { .. }
            | NoticeKind::TemplateDisabled { .. }
            | NoticeKind::KeyExpiring { .. }
            | NoticeKind::WebhookDisabled { .. }
            | NoticeKind::OrderActivated { .. }
            | NoticeKind::OrderDeclined { .. } => (contact.email, contact.name),
            NoticeKind::NewDevice { person_id, .. }
            | NoticeKind::PasswordChanged { person_id }
            | NoticeKind::SecondFactorOn { person_id }
            | NoticeKind::SecondFactorOff { person_id } => {
                let Some(person) = self.persons.find_person(person_id).await? else {
                    return Ok(Err(NoticeError::Refused("the person is gone".to_owned())));
                };
                let Ok(details) = person.open(&self.installation) else {
                    let reason = "the person's address cannot be read";
                    return Ok(Err(NoticeError::Postponed(reason.to_owned())));
                };
                (details.email, details.name)
            }
            NoticeKind::TeamInvitation { .. } if self.gateway.is_none() => {
                let reason = "the address of the gateway is not configured";
                return Ok(Err(NoticeError::Refused(reason.to_owned())));
            }
            NoticeKind::TeamInvitation { invitation_id } => {
                let found = self.teams.find_invitation(invitation_id).await?;
                let Some(invitation) = found.filter(|found| found.is_open_at(at)) else {
                    return Ok(Err(NoticeError::Refused(
                        "the invitation is over".to_owned(),
                    )));
                };
                let Ok(address) = invitation.open(&self.installation) else {
                    let reason = "the address of the invitation cannot be read";
                    return Ok(Err(NoticeError::Postponed(reason.to_owned())));
                };
                let name = ContactLine::parse(address.as_str());
                (address, name.unwrap_or(contact.name))
            }
        };
        let mail = AddressedNotice {
            gateway: self.gateway.clone(),
            notice: notice.clone(),
            language: notice
                .language
                .unwrap_or_else(|| UiLanguage::of(&account.default_language)),
            to: NoticeRecipient {
                address: to.0,
                name: to.1,
                company: contact.company,
            },
            at,
        };
        Ok(self.sender.send(&mail).await)
    }
}

fn muted(queued: &QueuedNotice, now: Timestamp) -> NoticeOutcome {
    NoticeOutcome {
        id: queued.notice.id,
        attempt: queued.attempts,
        state: NoticeState::Muted,
        at: now,
        failure: None,
    }
}

fn outcome(
    queued: &QueuedNotice,
    result: Result<(), NoticeError>,
    now: Timestamp,
) -> NoticeOutcome {
    let wait = WAITS.after(queued.attempts);
    let retry_at = wait.map_or(Timestamp::MAX, |wait| now + wait);
    let too_late = retry_at.since(queued.notice.created_at) >= GIVE_UP_AFTER;
    let (state, at) = match &result {
        Ok(()) => (NoticeState::Sent, now),
        Err(NoticeError::Refused(_)) => (NoticeState::GivenUp, now),
        Err(NoticeError::Postponed(_) | NoticeError::Unknown(_)) if too_late => {
            (NoticeState::GivenUp, now)
        }
        Err(NoticeError::Postponed(_) | NoticeError::Unknown(_)) => {
            (NoticeState::Waiting, retry_at)
        }
    };
    NoticeOutcome {
        id: queued.notice.id,
        attempt: queued.attempts,
        state,
        at,
        failure: result.err().map(|error| error.to_string()),
    }
}
