//! A message as its account may read it again: where it stands, how it went out, what it cost.

use crate::channel::Channel;
use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::template::TemplateName;
use crate::credits::Credits;
use crate::ids::MessageId;
use crate::language::LanguageTag;
use crate::message::{Failure, MessageEvent, MessageStatus};
use crate::region::Region;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// A message, for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its id.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageStatus,
    /// The recipient, sealed; `None` once the message is erased.
    pub recipient: Option<Sealed>,
    /// The channel it went out by.
    pub channel: Channel,
    /// The destination's region.
    pub region: Region,
    /// The language it went out in.
    pub language: LanguageTag,
    /// The template it went out with; none if that is gone.
    pub template: Option<TemplateName>,
    /// The provider's id of the number it went out from; none if that is gone.
    pub phone_number_id: Option<ProviderId>,
    /// What it costs.
    pub price: Credits,
    /// Why it failed; none unless it stands at `Failed`.
    pub failure: Option<Failure>,
    /// When it was admitted.
    pub created_at: Timestamp,
    /// When the failure was recorded; none unless it stands at `Failed`.
    pub failed_at: Option<Timestamp>,
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHistory {
    /// The message.
    pub record: MessageRecord,
    /// The recorded events, in the order in which they were recorded; its admission is not among them.
    pub events: Vec<MessageEvent>,
}
