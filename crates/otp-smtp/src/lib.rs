//! Passcodes, and notices to account holders, as mail: written in Arabic and English, signed with DKIM,
//! handed to a mail server.
//!
//! A [`SmtpMailer`] has the connections. Over it, [`SmtpOtpSender`] implements the port
//! [`MessageSender`](otp_core::ports::MessageSender), and [`SmtpNoticeSender`] the port
//! [`NoticeSender`](otp_core::ports::NoticeSender).
//!
//! # Promises
//!
//! - **Inserted values remain text.** Names, companies and reasons are encoded in headers and escaped in
//!   HTML; none becomes a header, a recipient or markup.
//! - **A mail loads nothing and tracks nobody**: it has no pictures, links or pixels.
//! - **Mail leaves encrypted, or stays on this machine**: TLS is required unless the mail server is on
//!   the loopback.
//! - **A notice has one `Message-ID`**, however often it is sent.
//! - **A passcode is handed over at most once.** If the mail server may have taken the mail, the outcome is
//!   unknown, and the mail is never sent again.
//! - **No server takes up memory or time without bound**: an answer has at most 128 KiB, and a mail a
//!   deadline.
//! - **An error names nobody**: only the codes of a mail server's answer are kept.

mod connection;
mod dkim;
mod mailer;
mod message;
mod notice_sender;
mod otp_sender;
mod otp_words;
mod probe;
mod server;
mod text;
mod transport;
mod words;

pub use dkim::{DkimKey, DkimSigner, InvalidDkim};
pub use mailer::SmtpMailer;
pub use message::{From, InvalidFrom};
pub use notice_sender::SmtpNoticeSender;
pub use otp_sender::SmtpOtpSender;
pub use server::{InvalidSmtpUrl, SmtpServer};
pub use transport::MAX_CONNECTIONS;
