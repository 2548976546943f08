//! Repeating a request without doing it twice.
//!
//! - `/SendMessage` binds a message to the client's [`IdempotencyKey`], permanently.
//! - Below `/v1` a request has a [`RequestKey`], and its first answer is kept for [`ANSWER_RETENTION`].
//!   [`judge`] tells a repetition from another request by its [`Fingerprint`]. Its message is bound to a key
//!   that is derived from the request's.

mod fingerprint;
mod judgement;
mod message_key;
mod request_key;

pub use fingerprint::Fingerprint;
pub use judgement::{ABANDONED_AFTER, ANSWER_RETENTION, Judgement, StoredRequest, judge};
pub use message_key::IdempotencyKey;
pub use request_key::{InvalidRequestKey, RequestKey, RequestKeyHash};
