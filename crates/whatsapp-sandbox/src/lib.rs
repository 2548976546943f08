//! A stand-in for Meta's WhatsApp Cloud API, with a web page that shows the recipients' phones.
//!
//! Beside the phones the page has mailboxes, for a gateway that also sends by e-mail: a small mail server
//! takes the mails in ([`Sandbox::receive_mail`]).
//!
//! It answers a sender's requests (messages, templates, numbers, subscriptions) in Meta's shapes,
//! reports by webhook what happens to each message, and records every call in a ledger that tests
//! can read. It depends on no other crate of the workspace: it is a second, independent reading of
//! Meta's protocol, so both readings have to agree before a test passes.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use whatsapp_sandbox::{Sandbox, SandboxOptions};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let sandbox = Sandbox::new(SandboxOptions::default());
//! let routes = sandbox.configure();
//! HttpServer::new(move || App::new().service(web::scope("/sandbox").configure(routes.clone())))
//!     .bind(("127.0.0.1", 8081))?
//!     .run()
//!     .await
//! # }
//! ```
//!
//! Where to look: `routes.rs` lists every route; `exchange.rs` follows one send from its arrival to
//! its answer; `life.rs` follows the message after that; `test_numbers.rs` holds the numbers that
//! misbehave. `README.md` explains the control API.
//!
//! **Invariants.** Nothing fails unless a test asks for it: a number without a behaviour of its own
//! is always accepted. Every collection has an upper bound; only counters grow without one.

mod account;
mod behaviour;
mod blocks;
mod chaos;
mod clock;
mod codes;
mod exchange;
mod graph_error;
mod ids;
mod ledger;
mod life;
mod mailbox;
mod options;
mod phones;
mod request;
mod response;
mod ring;
mod routes;
mod sandbox;
mod scripts;
mod smtp;
mod state;
mod template;
mod templates;
mod test_numbers;
mod webhook;

pub use options::{ConsentReply, GatewayLinks, SandboxOptions, WebhookOptions};
pub use sandbox::Sandbox;
pub use test_numbers::test_numbers_markdown;

/// The id of the WhatsApp Business Account.
pub const DEFAULT_WABA_ID: &str = "102290129340398";
/// The phone number id that exists from the start.
pub const DEFAULT_PHONE_NUMBER_ID: &str = "106540352242922";
/// The phone number that recipients see as the sender.
pub const DEFAULT_DISPLAY_PHONE_NUMBER: &str = "+1 555-078-3881";
/// The name of the authentication template that is approved from the start.
pub const DEFAULT_TEMPLATE_NAME: &str = "otp_code";
/// The languages of that template.
pub const DEFAULT_TEMPLATE_LANGUAGES: &[&str] = &["en", "en_US", "ar"];
