//! The common part of the crates that serve HTTP.
//!
//! - [`serve`] runs the server within its [`ConnectionLimits`]; [`server_config`] reads its certificate.
//! - [`envelope`] surrounds every answer: request id, log line, metrics, security headers, and an
//!   answer for a handler that panics.
//! - [`RequestContext`] is what every answer needs to know of its request.
//! - [`PerIpLimit`] limits the requests of one client; [`client_address`] finds its address behind
//!   trusted proxies.
//! - [`receive`] reads a body of limited size in limited time.
//! - [`resource_at`] mounts handlers at a path and answers other methods.
//! - [`UseCaseRunner`] runs use cases to their end, even if the client goes away.
//!
//! This crate never writes a body. The crate above supplies [`Refusals`], which answers each
//! [`Refusal`] in its own form: JSON for an API, a page for a browser. It registers them as
//! application data, for the whole application or for one scope:
//!
//! ```
//! use actix_web::HttpResponse;
//! use actix_web::middleware::from_fn;
//! use actix_web::web::{self, ServiceConfig};
//! use otp_edge::{Refusals, catch_panics, resource_at};
//!
//! async fn home() -> &'static str {
//!     "home"
//! }
//!
//! fn configure(app: &mut ServiceConfig) {
//!     let pages = Refusals::new(|refusal, context| {
//!         let text = format!("{} ({})", refusal.status(), context.request_id);
//!         HttpResponse::build(refusal.status()).body(text)
//!     });
//!     let scope = web::scope("/dashboard").service(resource_at("/home").get(home).finish());
//!     app.service(scope.wrap(from_fn(catch_panics)).app_data(pages));
//! }
//! # let _ = configure;
//! ```

mod body;
mod cause;
mod client_address;
mod connections;
mod deadlines;
mod envelope;
mod headers;
mod nonce;
mod panics;
mod rate_limit;
mod refusal;
mod request_context;
mod request_id;
mod request_metrics;
mod resource;
mod runner;
mod server;
mod tls;
mod trace_parent;

pub use body::{BodyError, BodyLimits, receive};
pub use cause::chain;
pub use client_address::{InvalidProxy, TrustedProxies, client_address, counted_address};
pub use connections::{CONNECTIONS, CONNECTIONS_REFUSED, ConnectionLimits, RequestCount};
pub use envelope::{EnvelopedBody, envelope, leave_unlogged};
pub use headers::{NO_STORE, retry_after};
pub use nonce::nonce;
pub use panics::catch_panics;
pub use rate_limit::{Exceeded, PerIpLimit, PerIpQuota, per_ip_limit, per_ip_limit_of_forms};
pub use refusal::{Refusal, Refusals};
pub use request_context::{ErrorHelp, REQUEST_ID, RequestContext};
pub use request_metrics::REQUEST_DURATION;
pub use resource::{ResourceBuilder, not_found, resource_at};
pub use runner::{RunError, UseCaseRunner};
pub use server::{ServerOptions, serve};
pub use tls::{InvalidTls, server_config};
