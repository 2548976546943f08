//! Tries the mail server without a mail.

use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{MailServerError, MailServerProbe};

use crate::mailer::SmtpMailer;
use crate::transport::HandOverError;

/// How long the attempt may take. A mail may take longer, because nobody waits for it.
const MAX_DURATION: Duration = Duration::from_secs(10);

#[async_trait]
impl MailServerProbe for SmtpMailer {
    async fn try_sign_in(&self) -> Result<(), MailServerError> {
        let tried = self.transport().try_sign_in(MAX_DURATION).await;
        tried.map_err(|error| match error {
            HandOverError::Refused(refusal) => MailServerError::Refused(refusal.to_string()),
            HandOverError::NotSent(what) | HandOverError::Unknown(what) => {
                MailServerError::Unreachable(what.to_owned())
            }
        })
    }
}
