//! Create a verification: makes a code and sends it.

use std::time::Duration;

use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, VerificationId};
use crate::language::LanguageTag;
use crate::message::MessageStatus;
use crate::passcode::Passcode;
use crate::ports::{PortError, VerificationKey};
use crate::recipient::Recipient;
use crate::sealing::Purpose;
use crate::send::Admission;
use crate::test_number::TestNumber;
use crate::ui_language::UiLanguage;
use crate::usecases::authenticate::Caller;
use crate::usecases::send_message::{
    Prepared, SendFailure, SendMessage, SendMessageError, SendRequest, VerificationRefusal,
};
use crate::usecases::show_verification::{
    ShowVerification, ShowVerificationError, ShownVerification,
};
use crate::verification::fallback::{FallbackPlan, FallbackStep, PlannedStep};
use crate::verification::{
    Alphabet, CodeLength, CodeLifetime, Context, Metadata, NewVerification, OwnCode, Transaction,
    VerificationMessage, VerificationPart, VerificationStatus, generate,
};

/// Creates verifications.
#[derive(Clone)]
pub struct CreateVerification {
    /// Sends the code.
    pub send: SendMessage,
    /// Shows the verification of a request that is repeated.
    pub show: ShowVerification,
}

/// A parsed request to create a verification.
#[derive(Debug, Clone)]
pub struct CreateVerificationRequest {
    /// The caller.
    pub caller: Caller,
    /// The recipient.
    pub to: Recipient,
    /// The other ways of the code, if it does not arrive.
    pub fallback: FallbackPlan,
    /// The source of the code.
    pub code: CodeSource,
    /// How long the code is valid.
    pub lifetime: CodeLifetime,
    /// Preferred language of the message.
    pub language: Option<LanguageTag>,
    /// The transaction that the code confirms, if any.
    pub transaction: Option<Transaction>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// The caller's knowledge of the person.
    pub context: Context,
    /// Language of notices to the account holder, if the request names one.
    pub notice_language: Option<UiLanguage>,
    /// The key under which the request may be repeated.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The source of a code.
#[derive(Debug, Clone)]
pub enum CodeSource {
    /// The service makes it.
    Generated(CodeLength, Alphabet),
    /// The caller brings it.
    Supplied(OwnCode),
}

/// A verification, and whether an earlier answer is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedVerification {
    /// The verification.
    pub verification: ShownVerification,
    /// Whether the request was answered before.
    pub replayed: bool,
}

/// The reason no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum CreateVerificationError {
    /// A reason for which any message is not sent.
    #[error(transparent)]
    Send(#[from] SendMessageError),
    /// The recipient has no guess left.
    #[error("too many wrong guesses of this recipient")]
    TooManyAttempts {
        /// How long to wait.
        wait: Duration,
    },
    /// The verification of a repeated request cannot be shown.
    #[error(transparent)]
    Show(#[from] ShowVerificationError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<SendFailure> for CreateVerificationError {
    fn from(failure: SendFailure) -> Self {
        match failure {
            SendFailure::Send(error) => Self::Send(error),
            SendFailure::Verification(VerificationRefusal::TooManyAttempts { wait }) => {
                Self::TooManyAttempts { wait }
            }
            SendFailure::Verification(
                VerificationRefusal::NotFound | VerificationRefusal::Over(_),
            ) => Self::Port(PortError::Backend(
                "a new verification was judged as an old one".into(),
            )),
        }
    }
}

impl CreateVerification {
    /// Creates a verification and sends its code. The pending verification of the same recipient, if
    /// there is one, is canceled. If the provider refuses the message, that is an error, unless a fallback is
    /// to follow.
    ///
    /// The future MUST be driven to completion, as that of [`SendMessage::execute`].
    pub async fn execute(
        &self,
        request: CreateVerificationRequest,
    ) -> Result<CreatedVerification, CreateVerificationError> {
        let send = &self.send;
        let (now, account) = (send.clock.now(), request.caller.account_id);
        let profile = send.directory.find_sending_profile(account).await?;
        let send_request = SendRequest {
            caller: request.caller,
            to: &request.to,
            language: request.language.as_ref(),
            notice_language: request.notice_language,
            idempotency_key: request.idempotency_key,
        };
        let prepared = send.prepare(profile.as_deref(), send_request, now).await;
        let mut prepared = prepared?;
        let id = VerificationId::generate(now, &*send.randomness);
        let (new, passcode) = self.begin(&request, id, &prepared);
        let (code_length, expires_at) = (new.code_length.get(), new.expires_at);
        prepared.carry_code(VerificationPart::Create(Box::new(new)), expires_at);

        let (sent, admission) = match send.send(prepared, passcode).await {
            Ok((sent, admission)) => (sent, admission),
            Err(SendFailure::Send(SendMessageError::RefusedByProvider { .. }))
                if !request.fallback.steps().is_empty() =>
            {
                return self.shown(account, VerificationKey::Id(id), false).await;
            }
            Err(failure) => return Err(failure.into()),
        };
        let Admission::AdmittedCode {
            attempts_left,
            resend_at,
        } = admission
        else {
            let key = VerificationKey::Message(sent.id);
            return self.shown(account, key, true).await;
        };
        let channel = request.to.channel();
        let message = VerificationMessage {
            id: sent.id,
            channel,
            status: sent.status,
            created_at: now,
        };
        // A failed message starts no cooldown.
        let resend_after = if sent.status == MessageStatus::Failed {
            Duration::ZERO
        } else {
            resend_at.since(send.clock.now())
        };
        let verification = ShownVerification {
            id,
            status: VerificationStatus::Pending,
            to: Some(request.to),
            channel,
            code_length,
            created_at: now,
            expires_at,
            resend_after,
            attempts_left,
            messages: vec![message],
            checks: Vec::new(),
            metadata: request.metadata,
        };
        Ok(CreatedVerification {
            verification,
            replayed: false,
        })
    }

    async fn shown(
        &self,
        account: AccountId,
        key: VerificationKey,
        replayed: bool,
    ) -> Result<CreatedVerification, CreateVerificationError> {
        let verification = self.show.execute(account, key).await?;
        Ok(CreatedVerification {
            verification,
            replayed,
        })
    }

    /// Makes the code and what is stored of it.
    fn begin(
        &self,
        request: &CreateVerificationRequest,
        id: VerificationId,
        prepared: &Prepared<'_>,
    ) -> (NewVerification, Passcode) {
        let randomness = &*self.send.randomness;
        let reviewer = prepared.reviewer_code();
        let (passcode, alphabet, code_length) = match (reviewer, &request.code) {
            (None, CodeSource::Generated(length, alphabet)) => {
                let code = match prepared.test_number() {
                    Some(_) => TestNumber::fixed_code(*length),
                    None => generate(*length, *alphabet, randomness),
                };
                (code, *alphabet, *length)
            }
            (Some(own), _) | (None, CodeSource::Supplied(own)) => {
                (own.passcode().clone(), Alphabet::Supplied, own.length())
            }
        };
        let sealer = &prepared.sealer;
        let seal = |purpose, text: &str| sealer.seal(purpose, id.0, text, randomness);
        let metadata = request.metadata.to_stored();
        let step = |choice: &PlannedStep| FallbackStep {
            channel: choice.to.channel(),
            recipient: seal(Purpose::FallbackRecipient, choice.to.as_str()),
            recipient_index: sealer.recipient_index(&choice.to),
            wait: choice.wait,
        };
        let new = NewVerification {
            id,
            recipient: seal(Purpose::VerificationRecipient, request.to.as_str()),
            code_hash: sealer.hash_code(id, passcode.expose()),
            code: seal(Purpose::VerificationCode, passcode.expose()),
            alphabet,
            code_length,
            language: request.language.clone(),
            transaction: request.transaction.as_ref().map(Transaction::hash),
            context: sealer.hash_context(&request.context),
            metadata: metadata.map(|text| seal(Purpose::VerificationMetadata, &text)),
            expires_at: prepared.attempt.at + request.lifetime.get(),
            // Nobody is waited for.
            fallback: match reviewer {
                Some(_) => Vec::new(),
                None => request.fallback.steps().iter().map(step).collect(),
            },
        };
        (new, passcode)
    }
}
