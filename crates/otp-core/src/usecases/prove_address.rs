//! Prove an address: sends a code to a mail address, and checks it, by a verification of the house account.
//!
//! The code is sent to every address alike, so nothing tells whether a person has it: only whoever reads its mail learns
//! that. The limits of verifications hold: a cooldown between codes, five wrong guesses of each, ten in a day.

use std::time::Duration;

use crate::account::{HOUSE_ACCOUNT, house_caller};
use crate::ids::VerificationId;
use crate::ports::{PortError, VerificationKey};
use crate::recipient::{EmailAddress, Recipient};
use crate::ui_language::UiLanguage;
use crate::usecases::check_verification::{
    CheckVerification, CheckVerificationError, CheckVerificationRequest,
};
use crate::usecases::create_verification::{
    CodeSource, CreateVerification, CreateVerificationError, CreateVerificationRequest,
};
use crate::usecases::resend_verification::{
    ResendVerification, ResendVerificationError, ResendVerificationRequest,
};
use crate::usecases::send_message::SendMessageError;
use crate::usecases::show_verification::{ShowVerificationError, ShownVerification};
use crate::verification::fallback::FallbackPlan;
use crate::verification::{
    Alphabet, CodeLength, CodeLifetime, Context, Guess, Metadata, VerificationOver,
};

/// Proves addresses.
#[derive(Clone)]
pub struct ProveAddress {
    /// Sends the code.
    pub create: CreateVerification,
    /// Sends it again.
    pub resend: ResendVerification,
    /// Checks it.
    pub check: CheckVerification,
}

/// The reason a code was not sent, or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ProveAddressError {
    /// A code was sent to the address a moment ago.
    #[error("a code was sent to the address a moment ago")]
    CoolingDown {
        /// How long to wait.
        wait: Duration,
    },
    /// There were too many wrong guesses.
    #[error("too many wrong guesses")]
    TooManyAttempts {
        /// How long to wait.
        wait: Duration,
    },
    /// The code is wrong.
    #[error("the code is wrong")]
    Incorrect {
        /// How many wrong guesses are still allowed.
        attempts_left: usize,
    },
    /// The code is used, expired or replaced by a later one.
    #[error("the code is over")]
    Over(VerificationOver),
    /// No code was sent under this id.
    #[error("no code was sent under this id")]
    NotFound,
    /// The gateway sends no mail.
    #[error("the gateway has no mail server")]
    NoMailServer,
    /// The code was not sent for a reason of the gateway's own.
    #[error("the code was not sent")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The purpose of a code. It is accepted for this one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofPurpose {
    /// A new account.
    SignUp,
    /// A new password.
    NewPassword,
    /// A place in a team.
    JoinTeam,
}

impl ProofPurpose {
    /// Returns what the verification keeps of it.
    fn metadata(self) -> Metadata {
        let purpose = match self {
            Self::SignUp => "sign-up",
            Self::NewPassword => "new-password",
            Self::JoinTeam => "join-team",
        };
        let pair = ("purpose".to_owned(), purpose.to_owned());
        Metadata::try_new([pair].into()).unwrap_or_default()
    }
}

/// A code that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCode {
    /// The id under which it is checked.
    pub id: VerificationId,
    /// The address, for the page that asks for the code.
    pub address: EmailAddress,
    /// How long to wait before it may be sent again.
    pub resend_after: Duration,
}

impl ProveAddress {
    /// Sends a code to the address. The one before it, if there is one, is no longer accepted.
    pub async fn begin(
        &self,
        address: EmailAddress,
        purpose: ProofPurpose,
        language: UiLanguage,
    ) -> Result<SentCode, ProveAddressError> {
        let request = CreateVerificationRequest {
            caller: house_caller(),
            to: Recipient::Email(address),
            fallback: FallbackPlan::default(),
            code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric),
            // It has to be read in a mail, and a form to be filled in.
            lifetime: CodeLifetime::LONGEST,
            language: Some(language.tag()),
            transaction: None,
            metadata: purpose.metadata(),
            context: Context::default(),
            notice_language: Some(language),
            idempotency_key: None,
        };
        let created = self.create.execute(request).await?;
        sent(created.verification, purpose)
    }

    /// Returns the code that was sent under this id, without its digits.
    pub async fn find(
        &self,
        id: VerificationId,
        purpose: ProofPurpose,
    ) -> Result<SentCode, ProveAddressError> {
        let key = VerificationKey::Id(id);
        let shown = self.create.show.execute(HOUSE_ACCOUNT, key).await?;
        sent(shown, purpose)
    }

    /// Sends the same code again.
    pub async fn resend(
        &self,
        id: VerificationId,
        purpose: ProofPurpose,
    ) -> Result<SentCode, ProveAddressError> {
        // A code of another kind, such as one sent to a phone, is not one of an address.
        self.find(id, purpose).await?;
        let request = ResendVerificationRequest {
            caller: house_caller(),
            id,
            channel: None,
            notice_language: None,
            idempotency_key: None,
        };
        let resent = self.resend.execute(request).await?;
        sent(resent.verification, purpose)
    }

    /// Checks the code, and returns the address that it proves. A code is accepted once.
    pub async fn check(
        &self,
        id: VerificationId,
        purpose: ProofPurpose,
        guess: Guess,
    ) -> Result<EmailAddress, ProveAddressError> {
        let address = self.find(id, purpose).await?.address;
        let request = CheckVerificationRequest {
            caller: house_caller(),
            id,
            guess,
            transaction: None,
            idempotency_key: None,
        };
        self.check.execute(request).await?;
        Ok(address)
    }
}

fn sent(
    verification: ShownVerification,
    purpose: ProofPurpose,
) -> Result<SentCode, ProveAddressError> {
    match verification.to {
        Some(Recipient::Email(address)) if verification.metadata == purpose.metadata() => {
            Ok(SentCode {
                id: verification.id,
                address,
                resend_after: verification.resend_after,
            })
        }
        Some(Recipient::Email(_) | Recipient::Phone(_)) | None => Err(ProveAddressError::NotFound),
    }
}

impl From<SendMessageError> for ProveAddressError {
    fn from(error: SendMessageError) -> Self {
        match error {
            SendMessageError::CoolingDown { wait } => Self::CoolingDown { wait },
            SendMessageError::EmailSenderNotFound => Self::NoMailServer,
            SendMessageError::AccountRestricted
            | SendMessageError::AccountClosed
            | SendMessageError::SenderNumberNotFound
            | SendMessageError::TemplateNotFound
            | SendMessageError::RecipientOptedOut
            | SendMessageError::InsufficientBalance
            | SendMessageError::RefusedByProvider { .. }
            | SendMessageError::UnreadableToken(_) => Self::Failed(error.into()),
            SendMessageError::Port(error) => Self::Port(error),
        }
    }
}

impl From<CreateVerificationError> for ProveAddressError {
    fn from(error: CreateVerificationError) -> Self {
        match error {
            CreateVerificationError::Send(error) => error.into(),
            CreateVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            CreateVerificationError::Show(error) => error.into(),
            CreateVerificationError::Port(error) => Self::Port(error),
        }
    }
}

impl From<ResendVerificationError> for ProveAddressError {
    fn from(error: ResendVerificationError) -> Self {
        match error {
            ResendVerificationError::Send(error) => error.into(),
            ResendVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            ResendVerificationError::Over(over) => Self::Over(over),
            ResendVerificationError::Show(error) => error.into(),
            ResendVerificationError::OtherChannel => Self::Failed(error.into()),
            ResendVerificationError::Port(error) => Self::Port(error),
        }
    }
}

impl From<CheckVerificationError> for ProveAddressError {
    fn from(error: CheckVerificationError) -> Self {
        match error {
            CheckVerificationError::NotFound => Self::NotFound,
            CheckVerificationError::CodeIncorrect { attempts_left } => {
                Self::Incorrect { attempts_left }
            }
            CheckVerificationError::Over(over) => Self::Over(over),
            CheckVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            CheckVerificationError::TransactionMismatch => Self::Failed(error.into()),
            CheckVerificationError::Port(error) => Self::Port(error),
        }
    }
}

impl From<ShowVerificationError> for ProveAddressError {
    fn from(error: ShowVerificationError) -> Self {
        match error {
            ShowVerificationError::NotFound => Self::NotFound,
            ShowVerificationError::Unreadable(error) => Self::Failed(error.into()),
            ShowVerificationError::Port(error) => Self::Port(error),
        }
    }
}
