//! Mailer: writes, signs and hands over every mail of the gateway.

use std::sync::Arc;
use std::time::Duration;

use otp_core::recipient::EmailAddress;

use crate::dkim::DkimSigner;
use crate::message::{Addressing, From, compose};
use crate::server::{InvalidSmtpUrl, SmtpServer};
use crate::transport::{HandOverError, Transport};
use crate::words::Words;

/// A mailer over one mail server. Notices and passcodes share it, and with it the connections.
pub struct SmtpMailer {
    transport: Transport,
    from: From,
    dkim: Option<Arc<DkimSigner>>,
}

/// The reason a mail was not delivered.
#[derive(Debug)]
pub(crate) enum DeliveryError {
    /// No mail can be sent to or from the address.
    Impossible,
    /// The hand-over failed.
    HandOver(HandOverError),
}

impl SmtpMailer {
    /// A mailer that signs if it has a signer. It connects when it has a mail to send.
    pub fn new(
        server: &SmtpServer,
        from: From,
        dkim: Option<Arc<DkimSigner>>,
    ) -> Result<Self, InvalidSmtpUrl> {
        Ok(Self {
            transport: Transport::new(server.clone())?,
            from,
            dkim,
        })
    }

    /// Returns the sender of notices, to which undeliverable mail is returned.
    pub fn from(&self) -> &From {
        &self.from
    }

    /// Returns the address of that sender, the default one of an account's mails.
    pub fn address(&self) -> &EmailAddress {
        self.from.address()
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Writes and signs one mail, and hands it over at most once within `limit`.
    pub(crate) async fn deliver(
        &self,
        addressing: &Addressing<'_>,
        words: Words,
        limit: Duration,
    ) -> Result<(), DeliveryError> {
        let (route, mail) = compose(addressing, words).ok_or(DeliveryError::Impossible)?;
        let signature = self
            .dkim
            .as_ref()
            .map(|dkim| dkim.sign(&mail, addressing.at));
        let mail = [signature.unwrap_or_default().as_bytes(), &mail].concat();
        let handed_over = self.transport.hand_over(&route, &mail, limit).await;
        handed_over.map_err(DeliveryError::HandOver)
    }
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}
