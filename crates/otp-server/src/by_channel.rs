//! Passes each message to the adapter of its channel.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};

/// A sender of several channels.
pub(crate) struct ByChannel {
    /// Sends WhatsApp messages, and refuses those of a channel that nobody here serves.
    pub(crate) whatsapp: Arc<dyn MessageSender>,
    /// Sends mails; `None` if no mail server is set.
    pub(crate) email: Option<Arc<dyn MessageSender>>,
}

#[async_trait]
impl MessageSender for ByChannel {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        if let OutgoingMessage::Email(_) = message {
            return match &self.email {
                Some(email) => email.send(message).await,
                None => Err(SendError::Refused(no_mail_server())),
            };
        }
        self.whatsapp.send(message).await
    }
}

/// Returns the refusal of a mail that was admitted before the mail server was removed from the settings.
fn no_mail_server() -> ProviderRefusal {
    let reason = "This gateway has no mail server; the mail was not sent.".to_owned();
    ProviderRefusal::unsent(RefusalScope::Message, "No mail server", reason)
}

#[cfg(test)]
mod tests {
    use otp_core::channel::Channel;
    use otp_core::ids::MessageId;
    use otp_testkit::ScriptedSender;
    use otp_testkit::channel_double::double_message;
    use otp_testkit::sender_contract::{email_message, whatsapp_message};
    use uuid::Uuid;

    use super::*;

    const ID: MessageId = MessageId(Uuid::from_u128(1));

    fn channels(sender: &ScriptedSender) -> Vec<Channel> {
        sender
            .calls()
            .iter()
            .map(OutgoingMessage::channel)
            .collect()
    }

    #[tokio::test]
    async fn each_message_goes_to_the_adapter_of_its_channel() {
        let (whatsapp, email) = (
            Arc::new(ScriptedSender::default()),
            Arc::new(ScriptedSender::default()),
        );
        let sender = ByChannel {
            whatsapp: whatsapp.clone(),
            email: Some(email.clone()),
        };
        for message in [
            whatsapp_message(ID).into(),
            email_message(ID).into(),
            double_message("somebody"),
        ] {
            sender.send(&message).await.expect("accepted");
        }
        assert_eq!(channels(&whatsapp), [Channel::WhatsApp, Channel::Double]);
        assert_eq!(channels(&email), [Channel::Email]);
    }

    #[tokio::test]
    async fn without_a_mail_server_a_mail_is_refused_and_nobody_is_called() {
        let whatsapp = Arc::new(ScriptedSender::default());
        let sender = ByChannel {
            whatsapp: whatsapp.clone(),
            email: None,
        };
        let outcome = sender.send(&email_message(ID).into()).await;
        assert!(
            matches!(&outcome, Err(SendError::Refused(refusal)) if refusal.message.contains("no mail server")),
            "{outcome:?}"
        );
        assert!(whatsapp.calls().is_empty());
    }
}
