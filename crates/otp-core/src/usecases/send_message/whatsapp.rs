//! The part of a hand-over that only WhatsApp messages have.

use super::SendMessage;
use crate::channel::whatsapp::{AccessToken, OutgoingMessage, Route};
use crate::ids::MessageId;
use crate::passcode::Passcode;
use crate::ports::ProviderRefusal;
use crate::recipient::PhoneNumber;

impl SendMessage {
    /// Returns the message for the provider.
    pub(in crate::usecases) fn whatsapp_message(
        &self,
        route: Route<'_>,
        access_token: AccessToken,
        to: PhoneNumber,
        (message_id, passcode): (MessageId, Passcode),
    ) -> OutgoingMessage {
        OutgoingMessage {
            message_id,
            to,
            passcode,
            template: route.template.name.clone(),
            language: route.template.language.clone(),
            sender_id: route.sender.id,
            phone_number_id: route.sender.phone_number_id.clone(),
            access_token,
            timeout: self.policy.provider_timeout,
        }
    }

    /// Takes the template out of use if the provider refused a message because of it.
    pub(in crate::usecases) async fn heed_refusal(
        &self,
        route: Route<'_>,
        refusal: &ProviderRefusal,
    ) {
        let Some(status) = refusal.scope.template_status() else {
            return;
        };
        let template = (route.sender.id, route.template.id);
        let taken = self.templates.take_out_of_use(template, &status);
        // If this fails, the next refused message will record it.
        drop(taken.await);
    }
}
