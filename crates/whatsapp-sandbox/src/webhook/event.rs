//! What can become due, and the forms an event takes on its way out: happening, notice, parcel.

use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

use crate::life::{Event, Facts, Signature};

/// Something that will happen at a moment that is known already.
#[derive(Debug)]
pub(crate) enum Due {
    /// A step in a message's life.
    Happening(Happening),
    /// An event that is ready to be told.
    Notice(Notice),
    /// A template's review ends.
    Approval(String),
}

/// A step in a message's life.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) facts: Arc<Facts>,
    pub(crate) event: Event,
    pub(crate) at: OffsetDateTime,
    pub(crate) pricing: bool,
    /// Whether the phone changes now; a late report comes after that.
    pub(crate) on_phone: bool,
    /// How often it is told now.
    pub(crate) copies: u8,
}

/// An event to be told.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) waba_id: String,
    pub(crate) field: String,
    pub(crate) value: Value,
    pub(crate) wamid: Option<String>,
    pub(crate) status: Option<&'static str>,
    pub(crate) signature: Signature,
    /// Notices with the same number share a request, whatever the size of batches.
    pub(crate) together: Option<u64>,
}

impl Notice {
    /// An event about an account, signed as it should be.
    pub(crate) fn about(waba_id: &str, field: &str, value: Value) -> Self {
        Self {
            waba_id: waba_id.to_owned(),
            field: field.to_owned(),
            value,
            wamid: None,
            status: None,
            signature: Signature::Right,
            together: None,
        }
    }
}

/// A request as it goes out.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) id: u64,
    pub(crate) body: Arc<str>,
    pub(super) signature: Signature,
    pub(super) receiver: Arc<str>,
    /// Which receiver of that name.
    pub(super) incarnation: u64,
    /// Which memory it belongs to: a reset starts another.
    pub(super) epoch: u64,
    pub(super) attempts: u32,
}

impl Parcel {
    /// The same for one more attempt.
    pub(super) fn again(&self) -> Self {
        Self {
            id: self.id,
            body: Arc::clone(&self.body),
            signature: self.signature,
            receiver: Arc::clone(&self.receiver),
            incarnation: self.incarnation,
            epoch: self.epoch,
            attempts: self.attempts + 1,
        }
    }
}
