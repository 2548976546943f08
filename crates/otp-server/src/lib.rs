//! The gateway as a library: settings, wiring, background work and command line.
//!
//! It decides nothing: rules are in `otp-core`, and this crate chooses which adapter implements which of
//! its ports. Everything else a program needs is here, so a transport or a store of your own takes a crate
//! with one `main.rs` and no fork:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use otp_core::message::ProviderMessageId;
//! use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, SendError};
//!
//! /// Prints that a message was sent, and sends nothing.
//! struct Console;
//!
//! #[async_trait]
//! impl MessageSender for Console {
//!     async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
//!         println!("a code of message {}", message.message_id().0);
//!         let provider_message_id = ProviderMessageId(message.message_id().0.to_string());
//!         Ok(Accepted { provider_message_id })
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     otp_server::Program::new().with_sender(Arc::new(Console)).main()
//! }
//! ```
//!
//! [`Program`] is the whole command line: `serve`, `demo`, `account create` and so on. A store that has to
//! connect first does so in an async `main`, which ends with [`Program::run`]. Other ports are replaced
//! with [`Overrides`].
//!
//! [`Gateway`] is one running server without a command line, for programs and tests that start it
//! themselves:
//!
//! ```no_run
//! use std::net::TcpListener;
//!
//! use otp_server::{Gateway, Settings, StopSignals};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! otp_server::install_panic_hook();
//! let stop = StopSignals::catch()?;
//! let settings = Settings::load(None)?;
//! let listener = TcpListener::bind(settings.http.bind)?;
//! let gateway = Gateway::builder(settings).start(listener).await?;
//! println!("listening on {}", gateway.url());
//! gateway.serve_until(stop.received()).await?;
//! # Ok(())
//! # }
//! ```

mod adapters;
mod by_channel;
mod cli;
mod commands;
mod failure;
mod gateway;
mod inbox_bell;
mod keyring;
mod logging;
mod metrics;
mod output;
mod overrides;
mod pages;
mod panics;
mod passwords;
mod program;
pub mod settings;
mod spans;
mod store;
mod system;
#[cfg(test)]
mod test_numbers;
mod tls;
mod use_cases;
mod waking_ledger;
mod workers;

pub use failure::SetupError;
pub use gateway::{Gateway, GatewayBuilder, StopSignals};
pub use overrides::Overrides;
pub use panics::install_hook as install_panic_hook;
pub use program::Program;
pub use settings::{Settings, SettingsError};
