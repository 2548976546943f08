//! Resend a verification: sends the same code again.
//!
//! The code stays the same while it is valid, because messages may arrive in any order: a person who
//! enters the code of the older message must not be refused.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::Channel;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, VerificationId};
use crate::ports::{Fallbacks, PortError, VerificationKey};
use crate::recipient::Recipient;
use crate::sealing::AccountSealer;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::account_sealers::{open_code, open_step, open_verified};
use crate::usecases::authenticate::Caller;
use crate::usecases::create_verification::CreatedVerification;
use crate::usecases::send_message::{
    SendFailure, SendMessage, SendMessageError, SendRequest, VerificationRefusal,
};
use crate::usecases::show_verification::{ShowVerification, ShowVerificationError};
use crate::verification::{Ended, VerificationOver, VerificationPart, VerificationRecord};

/// Sends codes again.
#[derive(Clone)]
pub struct ResendVerification {
    /// Sends the code.
    pub send: SendMessage,
    /// Finds the code, and shows the verification afterwards.
    pub show: ShowVerification,
    /// Finds the recipients of another channel.
    pub fallbacks: Arc<dyn Fallbacks>,
}

/// A parsed request to send a code again.
#[derive(Debug, Clone, Copy)]
pub struct ResendVerificationRequest {
    /// The caller.
    pub caller: Caller,
    /// The verification.
    pub id: VerificationId,
    /// The channel, if the caller chose one: that of the verification, or one that its fallback names.
    pub channel: Option<Channel>,
    /// Language of notices to the account holder, if the request names one.
    pub notice_language: Option<UiLanguage>,
    /// The key under which the request may be repeated.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The reason the code was not sent again.
#[derive(Debug, thiserror::Error)]
pub enum ResendVerificationError {
    /// A reason for which any message is not sent.
    #[error(transparent)]
    Send(#[from] SendMessageError),
    /// No guess is left.
    #[error("too many wrong guesses")]
    TooManyAttempts {
        /// How long to wait.
        wait: Duration,
    },
    /// The chosen channel does not reach the recipient.
    #[error("the channel does not reach the recipient")]
    OtherChannel,
    /// The verification is over.
    #[error("the verification is over")]
    Over(VerificationOver),
    /// The verification cannot be shown, because there is none or for another reason.
    #[error(transparent)]
    Show(#[from] ShowVerificationError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<SendFailure> for ResendVerificationError {
    fn from(failure: SendFailure) -> Self {
        match failure {
            SendFailure::Send(error) => Self::Send(error),
            SendFailure::Verification(VerificationRefusal::TooManyAttempts { wait }) => {
                Self::TooManyAttempts { wait }
            }
            SendFailure::Verification(VerificationRefusal::NotFound) => {
                Self::Show(ShowVerificationError::NotFound)
            }
            SendFailure::Verification(VerificationRefusal::Over(end)) => Self::Over(end),
        }
    }
}

impl ResendVerification {
    /// Sends the code again and returns the verification.
    ///
    /// The future MUST be driven to completion, as that of [`SendMessage::execute`].
    pub async fn execute(
        &self,
        request: ResendVerificationRequest,
    ) -> Result<CreatedVerification, ResendVerificationError> {
        let (send, caller) = (&self.send, request.caller);
        let (now, account) = (send.clock.now(), caller.account_id);
        let key = VerificationKey::Id(request.id);
        let found = self.show.verifications.find_verification(account, key, now);
        let record = found.await?.ok_or(ShowVerificationError::NotFound)?;
        let sealer = self.show.sealers.find(account).await?;
        let sealer = sealer.as_deref();
        let to = open_verified(sealer, request.id, record.recipient.as_ref());
        let to = to.map_err(ShowVerificationError::from)?;
        // Without the recipient, it is erased, and there is nobody to send to.
        let to = to.ok_or(ShowVerificationError::NotFound)?;
        let to = match request.channel {
            Some(channel) if channel != to.channel() => {
                self.recipient_of_a_step(account, request.id, channel, sealer)
                    .await?
            }
            Some(_) | None => to,
        };
        let (Some(sealer), Some(sealed)) = (sealer, &record.code) else {
            return Err(ended(&record, now));
        };
        let passcode = open_code(sealer, request.id, sealed)?;
        let profile = send.directory.find_sending_profile(account).await?;
        let send_request = SendRequest {
            caller,
            to: &to,
            language: record.language.as_ref(),
            notice_language: request.notice_language,
            idempotency_key: request.idempotency_key,
        };
        let prepared = send.prepare(profile.as_deref(), send_request, now).await;
        let mut prepared = prepared?;
        prepared.carry_code(
            VerificationPart::Resend(request.id),
            record.state.expires_at,
        );
        let (sent, _) = send.send(prepared, passcode).await?;
        Ok(CreatedVerification {
            verification: self.show.execute(account, key).await?,
            replayed: sent.replayed,
        })
    }
}

impl ResendVerification {
    /// Returns the first recipient that the fallback names for a channel.
    async fn recipient_of_a_step(
        &self,
        account: AccountId,
        id: VerificationId,
        channel: Channel,
        sealer: Option<&AccountSealer>,
    ) -> Result<Recipient, ResendVerificationError> {
        let steps = self.fallbacks.find_fallback_steps(account, id).await?;
        let mut steps = steps.iter();
        let step = steps.find(|step| step.channel == channel);
        let step = step.ok_or(ResendVerificationError::OtherChannel)?;
        let to = open_step(sealer, id, &step.recipient);
        let to = to.map_err(ShowVerificationError::from)?;
        to.ok_or(ResendVerificationError::OtherChannel)
    }
}

/// Returns the refusal of a verification whose code is removed, which its end does.
fn ended(record: &VerificationRecord, now: Timestamp) -> ResendVerificationError {
    match record.state.status_at(now).ended() {
        Some(Ended::Over(end)) => ResendVerificationError::Over(end),
        Some(Ended::Exhausted) => ResendVerificationError::TooManyAttempts {
            wait: record.wait(now),
        },
        None => PortError::Backend("a pending verification has no code".into()).into(),
    }
}
