//! The settings of mail: server, sender and signature.

use std::sync::Arc;

use otp_smtp::{DkimKey, DkimSigner, From, InvalidDkim, SmtpMailer, SmtpServer};

use super::read::Keys;
use crate::failure::SetupError;

/// How notices and passcodes are mailed.
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
    pub(crate) fn mailer(&self) -> Result<Arc<SmtpMailer>, SetupError> {
        let mailer = SmtpMailer::new(&self.server, self.from.clone(), self.dkim.clone());
        mailer.map(Arc::new).map_err(SetupError::caused_by)
    }
}

const FROM: &str = "mail.from";
const KEY: &str = "mail.dkim.key";
const DOMAIN: &str = "mail.dkim.domain";
const SELECTOR: &str = "mail.dkim.selector";

const SERVER: &str = "smtp.url";

impl Keys<'_> {
    /// Reads the settings of mail. Those of DKIM are checked even if no mail server is set.
    pub(super) fn mail(&self) -> Option<Option<Mail>> {
        let server = self.optional(SERVER, SmtpServer::parse);
        let from = self.optional(FROM, |text| {
            From::parse(text)
                .map_err(|_| "write notices@example.com or Example <notices@example.com>")
        });
        let dkim = self.dkim(from.as_ref().and_then(Option::as_ref));
        let both = self.both((SERVER, server), (FROM, from));
        let (both, dkim) = (both?, dkim?);
        Some(both.map(|(server, from)| Mail {
            server,
            from,
            dkim: dkim.map(Arc::new),
        }))
    }

    /// Reads the signer; `None` in it if there is no key, or no domain to sign for.
    fn dkim(&self, from: Option<&From>) -> Option<Option<DkimSigner>> {
        let name = |text: &str| {
            let is_name = DkimSigner::is_name(text);
            is_name.then(|| text.to_owned()).ok_or(InvalidDkim::Name)
        };
        let key = self.optional(KEY, DkimKey::from_pem);
        let domain = self.optional(DOMAIN, name);
        let selector = self.parse(SELECTOR, name);
        let (key, domain) = match (key?, domain?) {
            (Some(key), domain) => (key, domain),
            (None, None) => return Some(None),
            (None, Some(_)) => {
                self.fault(KEY, &format!("required if {DOMAIN} is set"));
                return None;
            }
        };
        let selector = selector?;
        let Some(domain) = domain.or_else(|| from.map(|from| from.domain().to_owned())) else {
            return Some(None);
        };
        let signer = self.signer(&domain, &selector, key)?;
        // DMARC ignores the signature of another domain.
        let covers = from.is_none_or(|from| {
            let sender = from.domain().to_ascii_lowercase();
            sender == signer.domain() || sender.ends_with(&format!(".{}", signer.domain()))
        });
        if covers {
            Some(Some(signer))
        } else {
            self.fault(DOMAIN, &"must be the domain of mail.from or one above it");
            None
        }
    }

    fn signer(&self, domain: &str, selector: &str, key: DkimKey) -> Option<DkimSigner> {
        let signer = DkimSigner::new(domain, selector, key);
        signer.map_err(|error| self.fault(KEY, &error)).ok()
    }
}
