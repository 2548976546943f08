//! WhatsApp: senders, their templates and health, and what limits their messages.

mod access_token;
pub mod health;
pub mod pacing;
mod provider_id;
mod routing;
mod sender;
pub mod template;

pub use access_token::{AccessToken, InvalidAccessToken};
pub use provider_id::{InvalidProviderId, ProviderId};
pub use routing::{NoRoute, Route, SenderProfile, SendingProfile};
pub use sender::{Sender, UnreadableToken};
