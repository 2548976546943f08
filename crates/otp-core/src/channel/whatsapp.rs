//! WhatsApp: senders, their templates and health, and the limits of their messages.

mod access_token;
pub mod health;
mod limits;
pub mod notification_gaps;
mod outgoing;
mod provider_id;
mod routing;
mod sender;
pub mod template;

pub use access_token::{AccessToken, InvalidAccessToken};
pub use limits::WhatsAppLimits;
pub use outgoing::{OutgoingMessage, RoutedTo};
pub use provider_id::{InvalidProviderId, ProviderId};
pub use routing::{NoRoute, Route, SenderProfile, route};
pub use sender::{Sender, UnreadableToken};
