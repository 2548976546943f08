//! Notices: sends them to account holders as mail.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::account::ContactLine;
use otp_core::notice::NoticeKind;
use otp_core::ports::{AddressedNotice, NoticeError, NoticeSender, TestMail};

use crate::mailer::{DeliveryError, SmtpMailer};
use crate::message::Addressing;
use crate::transport::HandOverError;
use crate::words::{About, write};

/// How long one notice may take, whatever the server does at each step.
const MAX_DURATION: Duration = Duration::from_secs(50);

/// Sends notices by SMTP.
#[derive(Debug, Clone)]
pub struct SmtpNoticeSender(Arc<SmtpMailer>);

impl SmtpNoticeSender {
    /// Sends notices through this mailer.
    pub fn new(mailer: Arc<SmtpMailer>) -> Self {
        Self(mailer)
    }
}

#[async_trait]
impl NoticeSender for SmtpNoticeSender {
    async fn send(&self, mail: &AddressedNotice) -> Result<(), NoticeError> {
        let about = match (&mail.notice.kind, &mail.gateway) {
            (NoticeKind::TeamInvitation { .. }, Some(gateway)) => About::Invitation { gateway },
            (kind, _) => About::Notice(kind),
        };
        let words = write(about, mail.language, (&mail.to.name, &mail.to.company));
        let addressing = Addressing {
            sender: self.0.from(),
            from: self.0.from().mailbox(),
            to: &mail.to.address,
            name: mail.to.name.as_str(),
            id: &mail.notice.id.to_string(),
            at: mail.at,
            language: mail.language,
        };
        let delivered = self.0.deliver(&addressing, words, MAX_DURATION).await;
        delivered.map_err(classified)
    }

    async fn send_test(&self, mail: &TestMail) -> Result<(), NoticeError> {
        let line = |text| {
            ContactLine::parse(text)
                .map_err(|_| NoticeError::Refused("the name is too long".to_owned()))
        };
        let from = self.0.from();
        let (name, company) = (line(mail.to.as_str())?, line(from.domain())?);
        let words = write(About::Test, mail.language, (&name, &company));
        let addressing = Addressing {
            sender: from,
            from: from.mailbox(),
            to: &mail.to,
            name: "",
            id: &mail.id.to_string(),
            at: mail.at,
            language: mail.language,
        };
        let delivered = self.0.deliver(&addressing, words, MAX_DURATION).await;
        delivered.map_err(classified)
    }
}

fn classified(error: DeliveryError) -> NoticeError {
    match error {
        DeliveryError::Impossible => {
            NoticeError::Refused("mail cannot be sent to this address".to_owned())
        }
        DeliveryError::HandOver(HandOverError::Refused(refusal)) if refusal.is_temporary() => {
            NoticeError::Postponed(refusal.code.to_string())
        }
        DeliveryError::HandOver(HandOverError::Refused(refusal)) => {
            NoticeError::Refused(refusal.code.to_string())
        }
        DeliveryError::HandOver(HandOverError::NotSent(what) | HandOverError::Unknown(what)) => {
            NoticeError::Unknown(what.to_owned())
        }
    }
}
