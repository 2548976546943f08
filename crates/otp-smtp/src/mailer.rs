//! Mailer: sends notices by SMTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use otp_core::account::ContactLine;
use otp_core::ports::{AddressedNotice, NoticeError, NoticeSender, TestMail};

use crate::dkim::DkimSigner;
use crate::message::{Addressing, From, compose};
use crate::server::{InvalidSmtpUrl, SmtpServer};
use crate::words::{About, Words, write};

/// How long one mail may take, whatever the server does at each step.
const MAX_DURATION: Duration = Duration::from_secs(50);

/// A mailer over one mail server.
pub struct SmtpMailer {
    client: AsyncSmtpTransport<Tokio1Executor>,
    from: From,
    dkim: Option<Arc<DkimSigner>>,
}

impl SmtpMailer {
    /// A mailer that signs if it has a signer. It connects when it has a mail to send.
    pub fn new(
        server: &SmtpServer,
        from: From,
        dkim: Option<Arc<DkimSigner>>,
    ) -> Result<Self, InvalidSmtpUrl> {
        Ok(Self {
            client: server.client().map_err(|_| InvalidSmtpUrl::Shape)?,
            from,
            dkim,
        })
    }

    async fn deliver(&self, addressing: &Addressing<'_>, words: Words) -> Result<(), NoticeError> {
        let (envelope, mail) = compose(addressing, words).ok_or_else(|| {
            NoticeError::Refused("mail cannot be sent to this address".to_owned())
        })?;
        let signature = self
            .dkim
            .as_ref()
            .map(|dkim| dkim.sign(&mail, addressing.at));
        let mail = [signature.unwrap_or_default().as_bytes(), &mail].concat();
        self.hand_over(&envelope, &mail).await
    }

    async fn hand_over(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), NoticeError> {
        match tokio::time::timeout(MAX_DURATION, self.client.send_raw(envelope, mail)).await {
            Ok(Ok(_accepted)) => Ok(()),
            Ok(Err(error)) => Err(classified(&error)),
            Err(_) => Err(NoticeError::Unknown(TIMED_OUT.to_owned())),
        }
    }
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

#[async_trait]
impl NoticeSender for SmtpMailer {
    async fn send(&self, mail: &AddressedNotice) -> Result<(), NoticeError> {
        let about = About::Notice(&mail.notice.kind);
        let words = write(about, mail.language, (&mail.to.name, &mail.to.company));
        let addressing = Addressing {
            from: &self.from,
            to: &mail.to.address,
            name: mail.to.name.as_str(),
            id: &mail.notice.id.to_string(),
            at: mail.at,
            language: mail.language,
        };
        self.deliver(&addressing, words).await
    }

    async fn send_test(&self, mail: &TestMail) -> Result<(), NoticeError> {
        let line = |text| {
            ContactLine::parse(text)
                .map_err(|_| NoticeError::Refused("the name is too long".to_owned()))
        };
        let (name, company) = (line(mail.to.as_str())?, line(self.from.domain())?);
        let words = write(About::Test, mail.language, (&name, &company));
        let addressing = Addressing {
            from: &self.from,
            to: &mail.to,
            name: "",
            id: &mail.id.to_string(),
            at: mail.at,
            language: mail.language,
        };
        self.deliver(&addressing, words).await
    }
}

/// Classifies a failure. The server's text is left out because it quotes addresses.
fn classified(error: &SmtpError) -> NoticeError {
    let Some(code) = error.status() else {
        let what = if error.is_tls() {
            "TLS failed"
        } else if error.is_timeout() {
            TIMED_OUT
        } else if error.is_response() {
            "the answer is not valid SMTP"
        } else if error.is_client() {
            "the server lacks a required feature, such as STARTTLS or a way to sign in"
        } else {
            "the connection failed"
        };
        return NoticeError::Unknown(what.to_owned());
    };
    let code = code.to_string();
    if error.is_transient() || SET_UP_REFUSALS.contains(&code.as_str()) {
        NoticeError::Postponed(code)
    } else {
        NoticeError::Refused(code)
    }
}

/// Refusals of the set-up, not of the mail: a wrong or missing password, or encryption that the server
/// requires first (RFC 4954, section 6). The mail is kept until an operator has fixed it.
const SET_UP_REFUSALS: [&str; 5] = ["504", "530", "534", "535", "538"];

const TIMED_OUT: &str = "the mail took too long";
