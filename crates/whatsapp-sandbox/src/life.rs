//! The life of an accepted message, in one place.
//!
//! Today it has one step: the phone gets the message at the moment Meta accepts it. Status
//! callbacks (`sent`, `delivered`, `read`, `failed`) belong here, after that step.

use time::OffsetDateTime;

use crate::{
    accounts::BusinessNumber, phones::Received, request::TemplateSend, state::State,
    template::Rendered,
};

/// A message that was accepted, with where it went.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) wamid: String,
    /// The digits of the phone.
    pub(crate) to: String,
    pub(crate) message: Received,
}

/// Accepts a message: gives it its id and puts it on the recipient's phone.
pub(crate) fn accept(
    state: &mut State,
    sender: &BusinessNumber,
    send: &TemplateSend,
    content: Rendered,
    now: OffsetDateTime,
) -> Accepted {
    let wamid = state.ids.wamid(&send.to);
    let message = Received {
        id: 0,
        wamid: wamid.clone(),
        received_at: now,
        sender_name: sender.verified_name.clone(),
        sender_number: sender.display_phone_number.clone(),
        template: send.name.clone(),
        callback_data: send.callback_data.clone(),
        content,
    };
    let message = state.phones.deliver(&send.to, message);
    state.ledger.accepted += 1;
    Accepted {
        wamid,
        to: send.to.clone(),
        message,
    }
}
