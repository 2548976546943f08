//! E-mail: the sender of an account's mails, and the route and content of a mail with a passcode.

mod outgoing;
mod routing;
mod sender;

pub use outgoing::{OutgoingMessage, RoutedTo};
pub use routing::{Route, SenderProfile};
pub use sender::{
    BrandColour, EmailIdentity, EmailSender, InvalidBrandColour, UnreadableEmailSender,
};
