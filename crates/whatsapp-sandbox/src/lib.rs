//! A stand-in for Meta's WhatsApp Cloud API, with a phone to look at.
//!
//! It answers the requests a sender makes (messages, templates, numbers, subscriptions) in Meta's
//! shapes, keeps every call in a ledger that tests can read, and shows on a web page what the
//! recipient would see. It knows nothing of any gateway: it is a second, independent reading of
//! Meta's protocol, so that two readings have to agree before a test passes.
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
//! Where to look: [`test_numbers`] says which number fails how; `life.rs` holds what happens to an
//! accepted message; `routes.rs` lists every route; `README.md` explains the control API.
//!
//! **Invariants.** Nothing here fails unless asked to: a number without a behaviour is always
//! accepted. Every collection has a capacity; only the total counters grow.

mod accounts;
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
mod options;
mod phones;
mod rates;
mod reply;
mod request;
mod routes;
mod sandbox;
mod scripts;
mod state;
mod template;
mod templates;
mod test_numbers;
mod webhook;

pub use behaviour::{Answer, Behaviour};
pub use life::{Contacts, Event, Life, Reply, ReplyForm, Signature, Step};
pub use options::{Capacity, PairLimit, SandboxOptions};
pub use sandbox::Sandbox;
pub use test_numbers::{TestNumber, test_numbers, test_numbers_markdown};
pub use webhook::{DeliveryOptions, WebhookOptions};

/// The WhatsApp Business Account that exists from the start.
pub const DEFAULT_WABA_ID: &str = "102290129340398";
/// The phone number id that exists, registered, from the start.
pub const DEFAULT_PHONE_NUMBER_ID: &str = "106540352242922";
/// What that phone number id looks like to the person who receives a message.
pub const DEFAULT_DISPLAY_PHONE_NUMBER: &str = "+1 555-078-3881";
/// The authentication template that exists, approved, from the start.
pub const DEFAULT_TEMPLATE_NAME: &str = "otp_code";
/// The languages in which that template is approved.
pub const DEFAULT_TEMPLATE_LANGUAGES: &[&str] = &["en", "en_US", "ar"];
