//! The hand-over of a mail: one dialogue with the mail server, over a connection that is kept for the
//! next mail.
//!
//! A mail counts as sent from its first byte on, so a dialogue that breaks off later has an unknown
//! outcome. Before that, the mail was certainly not sent.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::connection::{ConnectError, Connector};
use crate::server::{InvalidSmtpUrl, SmtpServer};

/// Most connections to the server at a time; a further mail waits for one of them.
pub const MAX_CONNECTIONS: usize = 8;

/// How long an idle connection is used again.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// A mail server, with the connections that are kept.
pub(crate) struct Transport {
    connector: Connector,
    slots: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// The sender and the recipient of an envelope.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) from: Address,
    pub(crate) to: Address,
}

/// The reason a mail was not taken, as far as is known. The server's text is left out, because it often
/// quotes the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HandOverError {
    /// The server refused it.
    Refused(SmtpRefusal),
    /// It was certainly not sent.
    NotSent(&'static str),
    /// The server may have taken it.
    Unknown(&'static str),
}

/// The codes of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmtpRefusal {
    /// The code, such as 550.
    pub(crate) code: u16,
    /// The enhanced code, such as `5.1.1` (RFC 3463), if there is one.
    pub(crate) enhanced: Option<String>,
}

impl SmtpRefusal {
    /// Returns whether the server may take the mail later: for the moment it does not want to, or an
    /// operator has to fix the set-up.
    pub(crate) fn is_temporary(&self) -> bool {
        self.code < 500 || SET_UP_REFUSALS.contains(&self.code)
    }
}

impl std::fmt::Display for SmtpRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        match &self.enhanced {
            Some(enhanced) => write!(f, " {enhanced}"),
            None => Ok(()),
        }
    }
}

/// Refusals of the set-up, not of the mail: a wrong or missing password, or encryption that the server
/// requires first (RFC 4954, section 6).
const SET_UP_REFUSALS: [u16; 5] = [504, 530, 534, 535, 538];

const TIMED_OUT: &str = "it took too long";
const INVALID: &str = "the answer is not valid SMTP";

impl Transport {
    /// A transport without a connection; it connects when it has a mail.
    pub(crate) fn new(server: SmtpServer) -> Result<Self, InvalidSmtpUrl> {
        Ok(Self {
            connector: Connector::new(server)?,
            slots: Semaphore::new(MAX_CONNECTIONS),
            idle: Mutex::default(),
        })
    }

    /// Hands one mail over, at most once, within `limit`.
    pub(crate) async fn hand_over(
        &self,
        route: &Route,
        mail: &[u8],
        limit: Duration,
    ) -> Result<(), HandOverError> {
        if limit.is_zero() {
            return Err(HandOverError::NotSent(TIMED_OUT));
        }
        let mut is_sent = false;
        let dialogue = self.dialogue(route, mail, &mut is_sent);
        match tokio::time::timeout(limit, dialogue).await {
            Ok(ended) => ended,
            Err(_) if is_sent => Err(HandOverError::Unknown(TIMED_OUT)),
            Err(_) => Err(HandOverError::NotSent(TIMED_OUT)),
        }
    }

    /// Connects and signs in as for a mail, and leaves, within `limit`.
    pub(crate) async fn try_sign_in(&self, limit: Duration) -> Result<(), HandOverError> {
        let tried = async {
            let mut connection = self.connect().await?;
            // It has signed in; whether it takes the farewell does not matter.
            drop(connection.quit().await);
            Ok(())
        };
        let tried = tokio::time::timeout(limit, tried).await;
        tried.unwrap_or(Err(HandOverError::NotSent(TIMED_OUT)))
    }

    async fn dialogue(
        &self,
        route: &Route,
        mail: &[u8],
        is_sent: &mut bool,
    ) -> Result<(), HandOverError> {
        let slot = self.slots.acquire().await;
        let _slot = slot.map_err(|_| HandOverError::NotSent(TIMED_OUT))?;
        let mut connection = self.connection().await?;
        let (done, unsent) = (Severity::PositiveCompletion, HandOverError::NotSent);
        let from = Mail::new(Some(route.from.clone()), Vec::new());
        expect(connection.command(from).await, done, unsent)?;
        let to = Rcpt::new(route.to.clone(), Vec::new());
        expect(connection.command(to).await, done, unsent)?;
        let go_on = Severity::PositiveIntermediate;
        expect(connection.command(Data).await, go_on, unsent)?;
        *is_sent = true;
        expect(connection.message(mail).await, done, HandOverError::Unknown)?;
        self.keep(connection);
        Ok(())
    }

    /// Returns a connection that works: one that was kept, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, HandOverError> {
        while let Some(mut connection) = self.kept() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, HandOverError> {
        self.connector.connect().await.map_err(|error| match error {
            ConnectError::Io(what) => HandOverError::NotSent(what),
            ConnectError::Smtp(error) => failure(&error, HandOverError::NotSent),
        })
    }

    /// Takes the connection that was used last, and drops those that were idle for too long.
    fn kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let (connection, since) = idle.pop()?;
        if since.elapsed() < MAX_IDLE {
            return Some(connection);
        }
        // All the others were idle for longer.
        idle.clear();
        None
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((connection, Instant::now()));
    }
}

/// Expects an answer of this severity. Another one is a refusal or `otherwise`.
fn expect(
    answer: Result<Response, SmtpError>,
    severity: Severity,
    otherwise: fn(&'static str) -> HandOverError,
) -> Result<(), HandOverError> {
    match answer {
        Ok(response) if response.code().severity == severity => Ok(()),
        Ok(_) => Err(otherwise(INVALID)),
        Err(error) => Err(failure(&error, otherwise)),
    }
}

/// Returns the server's refusal, or `otherwise` if the error is none.
fn failure(error: &SmtpError, otherwise: fn(&'static str) -> HandOverError) -> HandOverError {
    let Some(code) = error.status() else {
        return otherwise(if error.is_tls() {
            "TLS failed"
        } else if error.is_timeout() {
            TIMED_OUT
        } else if error.is_response() {
            INVALID
        } else if error.is_client() {
            "the server lacks a required feature, such as STARTTLS or a way to sign in"
        } else {
            "the connection failed"
        });
    };
    let text = error.source().map(ToString::to_string);
    HandOverError::Refused(SmtpRefusal {
        code: u16::from(code),
        enhanced: text.as_deref().and_then(enhanced_code),
    })
}

/// Returns the enhanced code at the beginning of a server's text. It is digits and dots only.
fn enhanced_code(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<_> = word.split('.').collect();
    let is_number = |part: &&str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_code = parts.len() == 3 && matches!(parts[0], "4" | "5") && parts.iter().all(is_number);
    is_code.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_is_digits_and_dots_at_the_beginning_of_the_text() {
        for (text, expected) in [
            ("5.1.1 <amal@example.com> unknown", Some("5.1.1")),
            ("4.7.650 later", Some("4.7.650")),
            ("unknown 5.1.1", None),
            ("5.1.482913", None),
            ("2.1.1 fine", None),
            ("5.1", None),
            ("5.1.1.1", None),
            ("5..1", None),
            ("amal@example.com", None),
            ("", None),
        ] {
            assert_eq!(enhanced_code(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_refusal_of_the_mail_is_final_and_one_of_the_set_up_is_not() {
        for (code, is_temporary) in [
            (421, true),
            (450, true),
            (535, true),
            (530, true),
            (550, false),
            (554, false),
        ] {
            let refusal = SmtpRefusal {
                code,
                enhanced: None,
            };
            assert_eq!(refusal.is_temporary(), is_temporary, "{code}");
        }
    }
}
