//! The notice sender: sends notices to account holders by mail.

use async_trait::async_trait;

use crate::account::ContactLine;
use crate::ids::NoticeId;
use crate::notice::MailNotice;
use crate::ports::PortError;
use crate::recipient::EmailAddress;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;

/// Sends notices.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait NoticeSender: Send + Sync {
    /// Sends one notice, and returns within a minute, whatever the mail server does.
    ///
    /// Two mails of one notice MUST have the same `Message-ID`, so that a repetition after an unknown
    /// outcome can be recognised. The input MUST NOT add a header or a recipient of its own.
    async fn send(&self, mail: &AddressedNotice) -> Result<(), NoticeError>;

    /// Sends a mail that only tests the settings, within the same time as [`Self::send`].
    async fn send_test(&self, mail: &TestMail) -> Result<(), NoticeError>;
}

/// A notice with its language and recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressedNotice {
    /// The notice.
    pub notice: MailNotice,
    /// The language of the mail.
    pub language: UiLanguage,
    /// The recipient of the mail.
    pub to: NoticeRecipient,
    /// The address under which people reach the gateway, if it is configured.
    pub gateway: Option<String>,
    /// The date of the mail.
    pub at: Timestamp,
}

/// The recipient of a notice. It is personal data, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeRecipient {
    /// The address.
    pub address: EmailAddress,
    /// The person or department.
    pub name: ContactLine,
    /// The business.
    pub company: ContactLine,
}

impl std::fmt::Debug for NoticeRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoticeRecipient(…)")
    }
}

/// A mail that tests the settings. Personal data: `Debug` hides the address.
#[derive(Clone, PartialEq, Eq)]
pub struct TestMail {
    /// The id, which becomes part of its `Message-ID`.
    pub id: NoticeId,
    /// The address.
    pub to: EmailAddress,
    /// The language.
    pub language: UiLanguage,
    /// When it is sent.
    pub at: Timestamp,
}

impl std::fmt::Debug for TestMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestMail({})", self.id)
    }
}

/// The reason a notice was not sent.
///
/// The texts have no address: a mail server's reply often quotes one, so only its codes are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// The mail server will never accept it.
    #[error("refused by the mail server: {0}")]
    Refused(String),
    /// The mail server does not accept it now.
    #[error("not accepted by the mail server at present: {0}")]
    Postponed(String),
    /// The mail server cannot be reached or broke off, so it is unknown whether it accepted the notice.
    #[error("no answer from the mail server: {0}")]
    Unknown(String),
}

impl From<NoticeError> for PortError {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::Refused(_) => Self::Backend(error.into()),
            NoticeError::Postponed(_) | NoticeError::Unknown(_) => Self::Unavailable(error.into()),
        }
    }
}
