//! Send a test mail: an operator checks the mail settings with it.

use std::sync::Arc;

use crate::ids::NoticeId;
use crate::ports::{Clock, NoticeError, NoticeSender, Randomness, TestMail};
use crate::recipient::EmailAddress;
use crate::ui_language::UiLanguage;

/// Sends test mails.
#[derive(Clone)]
pub struct SendTestMail {
    /// Sends the mail.
    pub sender: Arc<dyn NoticeSender>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id.
    pub randomness: Arc<dyn Randomness>,
}

/// A test mail to send.
#[derive(Clone, PartialEq, Eq)]
pub struct SendTestMailRequest {
    /// The address.
    pub to: EmailAddress,
    /// The language of the mail.
    pub language: UiLanguage,
}

impl std::fmt::Debug for SendTestMailRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendTestMailRequest(…)")
    }
}

/// The reason a test mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SendTestMailError {
    /// The notice sender failed.
    #[error(transparent)]
    Sender(#[from] NoticeError),
}

impl SendTestMail {
    /// Sends one mail, and returns its id once the mail server has accepted it.
    pub async fn execute(
        &self,
        request: SendTestMailRequest,
    ) -> Result<NoticeId, SendTestMailError> {
        let now = self.clock.now();
        let mail = TestMail {
            id: NoticeId::generate(now, &*self.randomness),
            to: request.to,
            language: request.language,
            at: now,
        };
        self.sender.send_test(&mail).await?;
        Ok(mail.id)
    }
}
