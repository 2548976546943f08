//! Deliver queued messages: hands mails and the messages of fallbacks over, and settles them.
//!
//! Any process may do this at any time. The claim marks the beginning of a hand-over and is for good, so a
//! message is handed over at most once. A message is given back only if it was certainly not taken. A process
//! that dies after a claim loses at most that message: nobody knows whether it was sent, so it stays `Pending`
//! until its lifetime ends.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::{email, whatsapp};
use crate::ids::MessageId;
use crate::message::{ClaimedMessage, Failure, MessageStatus};
use crate::passcode::Passcode;
use crate::ports::{
    OutgoingMessage, OutgoingQueue, PortError, SendError, VerificationKey, Verifications,
};
use crate::recipient::{EmailAddress, PhoneNumber, Recipient};
use crate::retry::RetryWaits;
use crate::sealing::AccountSealer;
use crate::send::{Outcome, RoutedTo, SendingProfile};
use crate::time::Timestamp;
use crate::turns::Room;
use crate::usecases::account_sealers::{open_code, open_key, open_recipient};
use crate::usecases::send_message::{Delivered, SendMessage, ended};
use crate::verification::VerificationStatus;

/// How long a hand-over may take. It also ends when the code expires.
const HAND_OVER: Duration = Duration::from_secs(30);

/// How long after a claim its outcome can no longer come, by far: a hand-over ends within [`HAND_OVER`].
const ABANDONED_AFTER: Duration = Duration::from_secs(2 * 60);

/// At most this many abandoned messages at a time.
const MOST_ABANDONED: usize = 100;

/// The waits between attempts.
const WAITS: RetryWaits = RetryWaits::Doubling {
    first: Duration::from_secs(1),
    most: Duration::from_secs(60),
};

/// How much longer than it is a code may be said to be valid: about what a hand-over takes.
const SLACK: Duration = Duration::from_secs(5);

/// Delivers queued messages.
#[derive(Clone)]
pub struct DeliverQueued {
    /// Holds the messages.
    pub queue: Arc<dyn OutgoingQueue>,
    /// Finds the codes and recipients.
    pub verifications: Arc<dyn Verifications>,
    /// Hands over and settles.
    pub send: SendMessage,
}

/// The result of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The outcome is recorded, and leads to this status.
    Settled(MessageStatus),
    /// The message was certainly not taken, and waits again.
    Postponed,
}

/// A claimed message that is examined.
enum Examined {
    /// It can be handed over.
    Ready(Box<ReadyMessage>),
    /// It cannot be handed over, now or later.
    Over(Failure),
}

/// A message that can be handed over.
struct ReadyMessage {
    message: OutgoingMessage,
    sealer: Arc<AccountSealer>,
    /// The account's senders and templates.
    profile: Arc<SendingProfile>,
    /// The instant from which the code is refused.
    expires_at: Timestamp,
}

/// The part of a message that is the same on every channel.
struct Carried {
    message_id: MessageId,
    passcode: Passcode,
    /// The time of the hand-over.
    at: Timestamp,
    /// How long the code is still valid.
    rest: Duration,
}

impl DeliverQueued {
    /// Claims messages that are due and for which there is room. Each has to be passed to [`Self::deliver`].
    pub async fn claim(&self, room: &Room) -> Result<Vec<ClaimedMessage>, PortError> {
        self.queue.claim_queued(self.send.clock.now(), room).await
    }

    /// Hands a claimed message over, and records the outcome.
    ///
    /// If the outcome cannot be recorded, the message stays claimed, and nobody sends it again.
    pub async fn deliver(&self, claimed: ClaimedMessage) -> Result<Delivery, PortError> {
        match self.examine(&claimed).await {
            Ok(Examined::Ready(ready)) => self.hand_over(&claimed, *ready).await,
            Ok(Examined::Over(failure)) => self.settle(&claimed, Outcome::Failed(failure)).await,
            Err(error) => {
                // Nothing was handed over. If this fails too, the claim stays, and so no code is sent late.
                let due_at = self.retry_at(&claimed, None);
                drop(self.postpone(&claimed, due_at).await);
                Err(error)
            }
        }
    }

    /// Gives up the messages whose process died after it claimed them. Returns how many there were.
    pub async fn settle_abandoned(&self) -> Result<usize, PortError> {
        let now = self.send.clock.now();
        let before = now - ABANDONED_AFTER;
        let abandoned = self.queue.list_abandoned(before, MOST_ABANDONED).await?;
        for claimed in &abandoned {
            self.settle(claimed, Outcome::Unknown).await?;
        }
        Ok(abandoned.len())
    }

    /// Finds the code and the recipient of a message, and what its route needs.
    async fn examine(&self, claimed: &ClaimedMessage) -> Result<Examined, PortError> {
        let send = &self.send;
        let (now, account) = (send.clock.now(), claimed.account_id);
        let id = claimed.verification_id;
        let key = VerificationKey::Id(id);
        let found = self.verifications.find_verification(account, key, now);
        let Some(record) = found.await? else {
            return Ok(Examined::Over(ended(VerificationStatus::Canceled).failure));
        };
        let status = record.state.status_at(now);
        if status != VerificationStatus::Pending {
            return Ok(Examined::Over(ended(status).failure));
        }
        let profile = send.directory.find_sending_profile(account).await?;
        let key = profile.as_ref().and_then(|profile| profile.key.as_ref());
        let (Some(profile), Some(key), Some(code)) = (&profile, key, &record.code) else {
            return Ok(Examined::Over(ended(VerificationStatus::Canceled).failure));
        };
        let sealer = open_key(key, &send.master_keys)?;
        let recipient = claimed.recipient.as_ref();
        let to = open_recipient(Some(&sealer), claimed.message_id, recipient);
        let to = to.map_err(|error| PortError::Backend(error.into()))?;
        let expires_at = record.state.expires_at;
        let carried = Carried {
            message_id: claimed.message_id,
            passcode: open_code(&sealer, id, code)?,
            at: now,
            rest: expires_at.since(now),
        };
        let message = match (&claimed.routed_to, to) {
            (_, None) => Err(ended(VerificationStatus::Canceled).failure),
            // Its stored route does not say that no provider gets it.
            (_, Some(to)) if profile.is_test => {
                let code = (&to, &carried.passcode);
                Ok(send.test_message(claimed.message_id, code, now, &sealer))
            }
            (Some(RoutedTo::Email(route)), Some(Recipient::Email(to))) => {
                self.mail(profile, &sealer, route, (to, carried))?
            }
            (Some(RoutedTo::WhatsApp(route)), Some(Recipient::Phone(to))) => {
                self.whatsapp_message(profile, &sealer, route, (to, carried))?
            }
            (_, Some(_)) => Err(no_route()),
        };
        Ok(match message {
            Ok(message) => Examined::Ready(Box::new(ReadyMessage {
                message,
                sealer,
                profile: Arc::clone(profile),
                expires_at,
            })),
            Err(failure) => Examined::Over(failure),
        })
    }

    /// Returns a mail, or the failure of a gateway without a mail server.
    fn mail(
        &self,
        profile: &SendingProfile,
        sealer: &AccountSealer,
        routed_to: &email::RoutedTo,
        (to, carried): (EmailAddress, Carried),
    ) -> Result<Result<OutgoingMessage, Failure>, PortError> {
        let mail_from = self.send.mail_from.as_ref();
        let route = profile.email_route(mail_from, Some(&routed_to.language), sealer);
        let route = route.map_err(|error| PortError::Backend(error.into()))?;
        let mail = route.map(|route| email::OutgoingMessage {
            message_id: carried.message_id,
            to,
            passcode: carried.passcode,
            language: route.language,
            identity: route.identity,
            lifetime: readable(carried.rest),
            at: carried.at,
            timeout: HAND_OVER.min(carried.rest),
        });
        Ok(mail
            .map(OutgoingMessage::Email)
            .map_err(|_| no_mail_server()))
    }

    /// Returns a WhatsApp message, or the failure of one whose sender or template may not be used any more.
    fn whatsapp_message(
        &self,
        profile: &SendingProfile,
        sealer: &AccountSealer,
        routed_to: &whatsapp::RoutedTo,
        (to, carried): (PhoneNumber, Carried),
    ) -> Result<Result<OutgoingMessage, Failure>, PortError> {
        let Some(route) = profile.find_route(routed_to) else {
            return Ok(Err(no_route()));
        };
        if let Some(stop) = route.stop {
            return Ok(Err(stop.refusal.failure.clone()));
        }
        let token = route.sender.open_access_token(sealer);
        let token = token.map_err(|error| PortError::Backend(error.into()))?;
        let code = (carried.message_id, carried.passcode);
        let mut message = self.send.whatsapp_message(route, token, to, code);
        message.timeout = message.timeout.min(carried.rest);
        Ok(Ok(OutgoingMessage::WhatsApp(message)))
    }

    async fn hand_over(
        &self,
        claimed: &ClaimedMessage,
        ready: ReadyMessage,
    ) -> Result<Delivery, PortError> {
        let delivered = match self.send.sender.send(&ready.message).await {
            Ok(accepted) => Delivered::Accepted(accepted.provider_message_id),
            Err(SendError::Refused(refusal)) => Delivered::Refused(refusal),
            Err(SendError::Unknown) => Delivered::Unknown,
            Err(SendError::Retry { refusal, after }) => {
                let due_at = self.retry_at(claimed, after);
                if due_at < ready.expires_at {
                    return self.postpone(claimed, due_at).await;
                }
                Delivered::Refused(refusal)
            }
        };
        if let Delivered::Refused(refusal) = &delivered
            && let Some(RoutedTo::WhatsApp(route)) = &claimed.routed_to
            && let Some(route) = ready.profile.find_route(route)
        {
            self.send.heed_refusal(route, refusal).await;
        }
        let message = claimed.message_id;
        let outcome = self.send.outcome(&ready.sealer, message, &delivered);
        self.settle(claimed, outcome).await
    }

    /// Records the outcome first: a message that is out of the queue has none but its lifetime's end.
    async fn settle(
        &self,
        claimed: &ClaimedMessage,
        outcome: Outcome,
    ) -> Result<Delivery, PortError> {
        let (account, message) = (claimed.account_id, claimed.message_id);
        let status = outcome.status();
        self.send.record(account, message, outcome).await?;
        self.queue.remove_queued(message).await?;
        Ok(Delivery::Settled(status))
    }

    async fn postpone(
        &self,
        claimed: &ClaimedMessage,
        due_at: Timestamp,
    ) -> Result<Delivery, PortError> {
        let attempts = claimed.failed_attempts.saturating_add(1);
        let postponed = self
            .queue
            .postpone_queued(claimed.message_id, due_at, attempts);
        postponed.await?;
        Ok(Delivery::Postponed)
    }

    /// Returns the time of the next attempt, by the wait that the mail server asked for, if it did.
    fn retry_at(&self, claimed: &ClaimedMessage, after: Option<Duration>) -> Timestamp {
        let wait = WAITS.after(claimed.failed_attempts.saturating_add(1));
        self.send.clock.now() + wait.max(after).unwrap_or_default()
    }
}

/// Returns how long the code is valid in the words of a mail: whole minutes, or else whole seconds. A mail
/// without delay names the lifetime that was asked for; a later one never promises much more than is left.
fn readable(rest: Duration) -> Duration {
    let minutes = (rest + SLACK).as_secs() / 60;
    if minutes == 0 {
        return Duration::from_secs(rest.as_secs().max(1));
    }
    Duration::from_secs(minutes * 60)
}

/// Returns the failure of a WhatsApp message whose sender or template was taken out of use after its admission.
fn no_route() -> Failure {
    Failure {
        code: None,
        title: "No route".to_owned(),
        reason: "The sender or the template of the message is no longer in use; it was not sent."
            .to_owned(),
    }
}

/// Returns the failure of a mail that was admitted before the mail server was removed from the settings.
fn no_mail_server() -> Failure {
    Failure {
        code: None,
        title: "No mail server".to_owned(),
        reason: "This gateway has no mail server; the mail was not sent.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_without_delay_names_the_whole_lifetime_and_a_late_one_whole_minutes() {
        for (millis, seconds) in [
            (300_000, 300),
            (299_950, 300),
            (294_999, 240),
            (120_000, 120),
            (60_000, 60),
            (54_900, 54),
            (30_000, 30),
            (900, 1),
        ] {
            let shown = readable(Duration::from_millis(millis));
            assert_eq!(shown.as_secs(), seconds, "{millis}");
        }
    }
}
