//! Notices to account holders as mail: written in Arabic and English, signed with DKIM, handed to a mail
//! server.
//!
//! [`SmtpMailer`] implements the port [`NoticeSender`](otp_core::ports::NoticeSender).
//!
//! # What is promised
//!
//! - **A mail is what is written here, and nothing else.** Names, companies and reasons become text, in
//!   headers encoded and in HTML escaped; none becomes a header, a recipient or markup.
//! - **Nothing is fetched and nobody is followed**: no pictures, no links, no pixels.
//! - **Mail leaves encrypted, or stays on this machine**: TLS is required of any server that is not on
//!   the loopback.
//! - **A notice has one `Message-ID`**, however often it is sent.
//! - **What is said of a failure names nobody**: of a mail server's answer only the codes are kept.

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
