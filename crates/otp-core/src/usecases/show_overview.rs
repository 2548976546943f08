//! Show the overview: what an account has left, what happened lately, and what needs its owner.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::ApiKey;
use crate::ids::AccountId;
use crate::message::MessageStatus;
use crate::notice::FIRST_WARNING;
use crate::page::PageSize;
use crate::ports::{Accounts, ApiKeys, Clock, Directory, PortError, Subscriptions};
use crate::sealing::{AccountSealer, OpenError};
use crate::send::SendingProfile;
use crate::subscription::{Subscription, SubscriptionStatus};
use crate::time::Timestamp;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::list_messages::{ListMessages, ListMessagesError, ListMessagesRequest};
use crate::usecases::manage_webhook_endpoints::{
    ManageWebhookEndpoints, ManageWebhookEndpointsError, ShownWebhookEndpoint,
};
use crate::usecases::show_message::OpenedMessage;
use crate::webhook::endpoint::{DisabledReason, EndpointStanding};

/// The time that the counts of messages cover.
pub const COUNTED: Duration = Duration::from_secs(24 * 60 * 60);

/// The newest messages of an overview.
const NEWEST: usize = 10;

/// Shows overviews.
#[derive(Clone)]
pub struct ShowOverview {
    /// Finds the account.
    pub accounts: Arc<dyn Accounts>,
    /// Finds its credits.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// Finds its keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Finds its senders.
    pub directory: Arc<dyn Directory>,
    /// Finds its messages.
    pub list_messages: ListMessages,
    /// Finds its webhook endpoints.
    pub endpoints: ManageWebhookEndpoints,
    /// Opens its data.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The overview of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The time it was made.
    pub at: Timestamp,
    /// The rest of its credits.
    pub credits: CreditsLeft,
    /// The messages of the last [`COUNTED`].
    pub messages: MessageCounts,
    /// The newest messages, at most ten.
    pub newest: Vec<OpenedMessage>,
    /// The things that need a person.
    pub attention: Vec<Attention>,
    /// The first steps of a new account.
    pub first_steps: FirstSteps,
}

/// The credits of the active subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CreditsLeft {
    /// How many are left.
    pub left: i64,
    /// How many those subscriptions had at first.
    pub granted: i64,
}

impl CreditsLeft {
    /// Adds up the active ones of these subscriptions.
    pub fn of(subscriptions: &[Subscription]) -> Self {
        let active = subscriptions
            .iter()
            .filter(|one| one.status() == SubscriptionStatus::Active);
        active.fold(Self::default(), |sum, one| Self {
            left: sum.left + one.remaining.get(),
            granted: sum.granted + one.credits.get(),
        })
    }
}

/// Numbers of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageCounts {
    /// All of them.
    pub sent: usize,
    /// Those that reached the phone or the mail server of the recipient.
    pub delivered: usize,
    /// Those that failed.
    pub failed: usize,
    /// Whether there were more than were looked at, so that each number is a least one.
    pub is_capped: bool,
}

/// A thing that needs a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// No credits are left, so nothing can be sent.
    NoCredits,
    /// Few credits are left.
    LowCredits,
    /// The account has no sender, so nothing can be sent over WhatsApp.
    NoSender,
    /// A sender is stopped.
    SenderStopped {
        /// Its number; `None` once it is erased.
        phone: Option<String>,
    },
    /// A webhook endpoint is disabled, though not by its owner.
    EndpointDisabled {
        /// Its URL; `None` once it is erased.
        url: Option<String>,
    },
    /// A key expires soon.
    KeyExpires {
        /// Its name.
        name: String,
        /// When it expires.
        at: Timestamp,
    },
}

/// The first steps of a new account: which are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FirstSteps {
    /// It has a key.
    pub has_key: bool,
    /// It has sent a message.
    pub has_sent: bool,
    /// It has a webhook endpoint.
    pub has_webhook: bool,
}

impl FirstSteps {
    /// Returns whether all are done.
    pub fn are_done(self) -> bool {
        self.has_key && self.has_sent && self.has_webhook
    }
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowOverviewError {
    /// The account does not exist.
    #[error("no account has that id")]
    AccountNotFound,
    /// The messages cannot be listed.
    #[error("the messages cannot be listed")]
    Messages(#[from] ListMessagesError),
    /// The endpoints cannot be listed.
    #[error("the webhook endpoints cannot be listed")]
    Endpoints(#[from] ManageWebhookEndpointsError),
    /// A stored value does not open.
    #[error("a stored value cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowOverview {
    /// Shows the overview of an account. It looks at a hundred messages at most, however many there are.
    pub async fn execute(&self, account: AccountId) -> Result<Overview, ShowOverviewError> {
        let now = self.clock.now();
        let found = self.accounts.find(account).await?;
        let found = found.ok_or(ShowOverviewError::AccountNotFound)?;
        let sealer = self.sealers.find(account).await?;

        let subscriptions = self.subscriptions.list(account).await?;
        let keys = self.keys.list(account).await?;
        let endpoints = self.endpoints.list(account).await?;
        let profile = self.directory.find_sending_profile(account).await?;
        let page = self.list_messages.execute(newest_of(account)).await?;
        let messages = count(&page.items, page.next.is_some(), now - COUNTED);
        let mut newest = page.items;
        let has_sent = !newest.is_empty();
        newest.truncate(NEWEST);

        let credits = CreditsLeft::of(&subscriptions);
        let mut attention = Vec::new();
        let percent = i64::from(found.rules.low_balance.percent());
        if credits.left == 0 {
            attention.push(Attention::NoCredits);
        } else if credits.left * 100 <= credits.granted * percent {
            attention.push(Attention::LowCredits);
        }
        if let Some(profile) = profile.filter(|profile| !profile.is_test) {
            attention.extend(of_senders(&profile, sealer.as_deref())?);
        }
        attention.extend(endpoints.iter().filter_map(of_endpoint));
        attention.extend(keys.iter().filter_map(|key| of_key(key, now)));
        let first_steps = FirstSteps {
            has_key: keys.iter().any(|key| key.check(now).is_ok()),
            has_sent,
            has_webhook: !endpoints.is_empty(),
        };
        Ok(Overview {
            at: now,
            credits,
            messages,
            newest,
            attention,
            first_steps,
        })
    }
}

/// Asks for the newest messages.
fn newest_of(account_id: AccountId) -> ListMessagesRequest {
    ListMessagesRequest {
        account_id,
        status: None,
        recipient: None,
        from: None,
        to: None,
        cursor: None,
        size: PageSize::LARGEST,
    }
}

/// Counts the messages since `since` among the newest ones.
fn count(newest: &[OpenedMessage], has_more: bool, since: Timestamp) -> MessageCounts {
    let is_lately = |message: &&OpenedMessage| message.record.created_at >= since;
    let mut counts = MessageCounts {
        is_capped: has_more && newest.last().as_ref().is_some_and(is_lately),
        ..MessageCounts::default()
    };
    for message in newest.iter().filter(is_lately) {
        counts.sent += 1;
        match message.record.status {
            MessageStatus::Delivered | MessageStatus::Read => counts.delivered += 1,
            MessageStatus::Failed => counts.failed += 1,
            MessageStatus::Pending | MessageStatus::Sent | MessageStatus::Deleted => {}
        }
    }
    counts
}

/// Returns what is wrong with the senders.
fn of_senders(
    profile: &SendingProfile,
    sealer: Option<&AccountSealer>,
) -> Result<Vec<Attention>, OpenError> {
    if profile.senders.is_empty() {
        return Ok(vec![Attention::NoSender]);
    }
    let stopped = profile
        .senders
        .iter()
        .filter(|sender| sender.stop.is_some());
    let attention = stopped.map(|stopped| {
        let phone = sealer.map(|sealer| stopped.sender.open_phone(sealer));
        Ok(Attention::SenderStopped {
            phone: phone.transpose()?.map(|phone| phone.as_str().to_owned()),
        })
    });
    attention.collect()
}

fn of_endpoint(endpoint: &ShownWebhookEndpoint) -> Option<Attention> {
    match endpoint.standing {
        EndpointStanding::Disabled(DisabledReason::Gone | DisabledReason::Failing) => {
            Some(Attention::EndpointDisabled {
                url: endpoint.url.clone(),
            })
        }
        EndpointStanding::Disabled(DisabledReason::ByOwner) | EndpointStanding::Enabled => None,
    }
}

/// Returns whether a key is about to expire.
fn of_key(key: &ApiKey, now: Timestamp) -> Option<Attention> {
    let at = key.expires_at?;
    let is_soon = key.check(now).is_ok() && at <= now + FIRST_WARNING;
    is_soon.then(|| Attention::KeyExpires {
        name: key.name.clone(),
        at,
    })
}
