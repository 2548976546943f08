//! Notices to account holders as mail: written in Arabic and English, signed with DKIM, handed to a
//! mail server.
//!
//! [`SmtpMailer`] implements the port [`NoticeSender`](otp_core::ports::NoticeSender).
//!
//! # Promises
//!
//! - **Inserted values remain text.** Names, companies and reasons are encoded in headers and escaped in
//!   HTML; none becomes a header, a recipient or markup.
//! - **A mail loads nothing and tracks nobody**: it has no pictures, links or pixels.
//! - **Mail leaves encrypted, or stays on this machine**: TLS is required unless the mail server is on
//!   the loopback.
//! - **A notice has one `Message-ID`**, however often it is sent.
//! - **An error names nobody**: only the codes of a mail server's answer are kept.

mod dkim;
mod mailer;
mod message;
mod server;
mod text;
mod words;

pub use dkim::{DkimKey, DkimSigner, InvalidDkim};
pub use mailer::SmtpMailer;
pub use message::{From, InvalidFrom};
pub use server::{InvalidSmtpUrl, SmtpServer};
