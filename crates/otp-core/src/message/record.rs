//! A message as its account reads it: its status, how it was sent, its price.

use crate::channel::Channel;
use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::template::TemplateName;
use crate::credits::Credits;
use crate::ids::MessageId;
use crate::language::LanguageTag;
use crate::message::{Failure, MessageEvent, MessageStatus, RecordedOutcome};
use crate::region::Region;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// A message, for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its id.
    pub id: MessageId,
    /// Its status.
    pub status: MessageStatus,
    /// The recipient, sealed; `None` once the message is erased.
    pub recipient: Option<Sealed>,
    /// The channel it was sent over.
    pub channel: Channel,
    /// The destination's region; `None` if the recipient is a mail address.
    pub region: Option<Region>,
    /// The language it was sent in.
    pub language: LanguageTag,
    /// The template it was sent with; `None` if the template no longer exists.
    pub template: Option<TemplateName>,
    /// The provider's id of the number it was sent from; `None` if the sender no longer exists.
    pub phone_number_id: Option<ProviderId>,
    /// Its price.
    pub price: Credits,
    /// The failure; `None` unless the status is `Failed`.
    pub failure: Option<Failure>,
    /// The time it was admitted.
    pub created_at: Timestamp,
    /// The time the failure was recorded; `None` unless the status is `Failed`.
    pub failed_at: Option<Timestamp>,
    /// The time the first receipt was recorded that says it arrived; `None` until then.
    pub delivered_at: Option<Timestamp>,
    /// The outcome that the caller reported.
    pub outcome: Option<RecordedOutcome>,
}

/// A message and its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHistory {
    /// The message.
    pub record: MessageRecord,
    /// The recorded events, in the order of recording; its admission is not among them.
    pub events: Vec<MessageEvent>,
}
