//! The settings of mail: server, sender and signature.

use std::sync::Arc;

use otp_smtp::{DkimKey, DkimSigner, From, InvalidDkim, SmtpMailer, SmtpServer};

use super::SettingsError;
use super::read::Keys;
use crate::failure::SetupError;

/// How notices are mailed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mail {
    /// The mail server.
    pub server: SmtpServer,
    /// The address in `From:`.
    pub from: From,
    /// Signs mail; `None` if it is not signed here.
    pub dkim: Option<Arc<DkimSigner>>,
}

impl Mail {
    /// Makes a mailer with these settings.
    pub(crate) fn mailer(&self) -> Result<SmtpMailer, SetupError> {
        let mailer = SmtpMailer::new(&self.server, self.from.clone(), self.dkim.clone());
        mailer.map_err(SetupError::caused_by)
    }
}

const FROM: &str = "mail.from";
const KEY: &str = "mail.dkim.key";
const DOMAIN: &str = "mail.dkim.domain";
const SELECTOR: &str = "mail.dkim.selector";

impl Keys<'_> {
    pub(super) fn mail(&self) -> Result<Option<Mail>, SettingsError> {
        let server = self.optional("smtp.url", |text| Ok(SmtpServer::parse(text)))?;
        let server = server
            .transpose()
            .map_err(|error| self.wrong("smtp.url", &error.to_string()))?;
        let from = self.optional(FROM, |text| {
            From::parse(text)
                .map_err(|_| "write notices@example.com or Example <notices@example.com>")
        })?;
        match (server, from) {
            (Some(server), Some(from)) => {
                let dkim = self.dkim(&from)?.map(Arc::new);
                Ok(Some(Mail { server, from, dkim }))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.wrong(FROM, "required if smtp.url is set")),
            (None, Some(_)) => Err(self.wrong("smtp.url", "required if mail.from is set")),
        }
    }

    fn dkim(&self, from: &From) -> Result<Option<DkimSigner>, SettingsError> {
        let key = self.optional(KEY, |text| Ok(DkimKey::from_pem(text)))?;
        let Some(key) = key else { return Ok(None) };
        let key = key.map_err(|error| self.wrong(KEY, &error.to_string()))?;
        let domain = self.optional(DOMAIN, |text| Ok(text.to_owned()))?;
        let domain = domain.unwrap_or_else(|| from.domain().to_owned());
        let selector = self.parse(SELECTOR, |text| Ok(text.to_owned()))?;
        let signer = DkimSigner::new(&domain, &selector, key).map_err(|error| match error {
            InvalidDkim::Name => {
                let key = if DkimSigner::is_name(&domain) {
                    SELECTOR
                } else {
                    DOMAIN
                };
                self.wrong(key, &error.to_string())
            }
            InvalidDkim::Key => self.wrong(KEY, &error.to_string()),
        })?;
        // DMARC ignores the signature of another domain.
        let sender = from.domain().to_ascii_lowercase();
        let covers =
            sender == signer.domain() || sender.ends_with(&format!(".{}", signer.domain()));
        if covers {
            Ok(Some(signer))
        } else {
            Err(self.wrong(DOMAIN, "must be the domain of mail.from or one above it"))
        }
    }
}
