//! The rules of the gateway, and nothing else: no I/O, no SQL, no HTTP, no runtime.
//!
//! - The decision whether a message may be sent, and its price: [`send`], [`cooldown`], [`pricing`],
//!   [`subscription`], [`credits`].
//! - Input of callers, parsed into types that hold valid values only: [`passcode`], [`recipient`],
//!   [`language`], [`idempotency`], [`api_key`].
//! - The ways a passcode reaches a person: [`channel`].
//! - Codes that the service makes and checks: [`verification`].
//! - Recipients who opted out: [`opt_out`].
//! - Signed calls to customers' own servers: [`webhook`].
//! - Signed statements that a verification succeeded: [`proof`].
//! - People who sign in: [`person`].
//! - Plans, and the orders of them: [`plan`], [`order`].
//! - Personal data at rest, and its keys: [`sealing`], [`keyring`].
//! - The interfaces to the outside world: [`ports`]. Time and randomness come from there.
//! - The use cases, one file each: [`usecases`].
//!
//! # Testing with mocks
//!
//! With the feature `mocks`, every port has a [mockall](https://docs.rs/mockall) mock, so a test of a
//! use case needs no database and no network. Turn the feature on for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! otp-core = { path = "…", features = ["mocks"] }
//! ```
//!
//! `cargo doc -p otp-core --features mocks --open` lists the mocks in `ports::mocks`. A test replaces the
//! ports of a use case, which are its public fields:
//!
//! ```
//! use std::sync::Arc;
//! use otp_core::ports::{MockClock, MockDirectory, MockKeyUses};
//! use otp_core::time::Timestamp;
//! use otp_core::usecases::authenticate::{Authenticate, AuthenticateError};
//!
//! # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
//! let mut directory = MockDirectory::new();
//! // A mistyped key fails its checksum, so it never costs a look-up.
//! directory.expect_find_api_key().never();
//! let mut clock = MockClock::new();
//! clock.expect_now().return_const(Timestamp::from_unix_millis(0));
//!
//! let authenticate = Authenticate {
//!     directory: Arc::new(directory),
//!     uses: Arc::new(MockKeyUses::new()),
//!     clock: Arc::new(clock),
//! };
//! let answer = authenticate.execute(Some("otp_live_mistyped")).await;
//!
//! assert!(matches!(answer, Err(AuthenticateError::KeyNotFound)));
//! # });
//! ```

pub mod account;
pub mod api_key;
pub mod audit;
pub mod channel;
pub mod contact_number;
pub mod cooldown;
pub mod credits;
pub mod doctor;
pub mod idempotency;
pub mod ids;
pub mod insights;
pub mod keyring;
pub mod language;
pub mod lease;
pub mod message;
pub mod notice;
pub mod opt_out;
pub mod order;
pub mod page;
pub mod passcode;
pub mod person;
pub mod plan;
pub mod ports;
pub mod pricing;
pub mod proof;
pub mod provider_webhook_payload;
pub mod receipt;
pub mod recipient;
pub mod recipient_identity;
pub mod region;
pub mod retry;
pub mod retry_after;
pub mod reviewer;
pub mod sealing;
pub mod send;
pub mod subscription;
pub mod test_inbox;
pub mod test_number;
pub mod time;
pub mod turns;
pub mod ui_language;
pub mod usecases;
pub mod verification;
pub mod webhook;
