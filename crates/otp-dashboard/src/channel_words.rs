//! The names of the channels.

use otp_core::channel::Channel;

/// Returns the key of the name of a channel.
pub(crate) fn key(channel: Channel) -> &'static str {
    if channel == Channel::Email {
        "channel-email"
    } else {
        "channel-whatsapp"
    }
}

/// Returns the keys of all names.
#[cfg(test)]
pub(crate) const fn keys() -> [&'static str; 2] {
    ["channel-email", "channel-whatsapp"]
}
