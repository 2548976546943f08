//! Passes each message to the adapter of its channel.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use otp_core::usecases::receive_test_message::ReceiveTestMessage;

/// A sender of several channels.
pub(crate) struct ByChannel {
    /// Sends WhatsApp messages, and refuses those of a channel that nobody here serves.
    pub(crate) whatsapp: Arc<dyn MessageSender>,
    /// Sends mails; `None` if no mail server is set.
    pub(crate) email: Option<Arc<dyn MessageSender>>,
    /// Puts messages of test keys, of any channel, into test inboxes.
    pub(crate) test: ReceiveTestMessage,
}

#[async_trait]
impl MessageSender for ByChannel {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        if let OutgoingMessage::Test(outgoing) = message {
            return self.test.execute(outgoing).await;
        }
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
    use std::time::Duration;

    use otp_core::channel::Channel;
    use otp_core::ids::{AccountId, MessageId};
    use otp_core::keyring::{KeyOwner, MasterKeys};
    use otp_core::ports::TestInbox;
    use otp_core::test_inbox::{OutgoingTest, TestMessage};
    use otp_testkit::channel_double::double_message;
    use otp_testkit::contract::fixture::{START, master_key, recipient};
    use otp_testkit::sender_contract::{email_message, whatsapp_message};
    use otp_testkit::{ManualClock, MemoryStore, ScriptedSender, SeededRandomness};
    use uuid::Uuid;

    use super::*;
    use crate::inbox_bell::LocalBell;

    const ID: MessageId = MessageId(Uuid::from_u128(1));

    fn into_inbox(store: &MemoryStore) -> ReceiveTestMessage {
        ReceiveTestMessage {
            inbox: Arc::new(store.clone()),
            bell: Arc::new(LocalBell::default()),
            clock: Arc::new(ManualClock::starting_at(START)),
        }
    }

    fn test_message() -> OutgoingTest {
        let account = AccountId(Uuid::from_u128(1));
        let randomness = SeededRandomness::new(1);
        let master_keys = MasterKeys::new(&master_key(), &[]);
        let key = master_keys.generate_key(KeyOwner::Account(account), &randomness);
        let sealer = master_keys.account_sealer(account, &key).expect("opens");
        let passcode = whatsapp_message(ID).passcode;
        let content = (&recipient(1).into(), &passcode);
        OutgoingTest {
            message: TestMessage::seal(ID, content, START, &sealer, &randomness),
            number: None,
            timeout: Duration::from_secs(5),
        }
    }

    fn channels(sender: &ScriptedSender) -> Vec<Channel> {
        sender
            .calls()
            .iter()
            .map(OutgoingMessage::channel)
            .collect()
    }

    #[tokio::test]
    async fn each_message_goes_to_the_adapter_of_its_channel() {
        let store = MemoryStore::default();
        let (whatsapp, email) = (
            Arc::new(ScriptedSender::default()),
            Arc::new(ScriptedSender::default()),
        );
        let sender = ByChannel {
            whatsapp: whatsapp.clone(),
            email: Some(email.clone()),
            test: into_inbox(&store),
        };
        for message in [
            whatsapp_message(ID).into(),
            email_message(ID).into(),
            double_message("somebody"),
        ] {
            sender.send(&message).await.expect("accepted");
        }
        let to_inbox = test_message();
        let message = OutgoingMessage::Test(to_inbox.clone());
        sender.send(&message).await.expect("accepted");
        assert_eq!(channels(&whatsapp), [Channel::WhatsApp, Channel::Double]);
        assert_eq!(channels(&email), [Channel::Email]);
        let received = store.list_due(START + Duration::from_secs(60), 9).await;
        assert_eq!(received.expect("listed"), [to_inbox.message]);
    }

    #[tokio::test]
    async fn without_a_mail_server_a_mail_is_refused_and_nobody_is_called() {
        let store = MemoryStore::default();
        let whatsapp = Arc::new(ScriptedSender::default());
        let sender = ByChannel {
            whatsapp: whatsapp.clone(),
            email: None,
            test: into_inbox(&store),
        };
        let outcome = sender.send(&email_message(ID).into()).await;
        assert!(
            matches!(&outcome, Err(SendError::Refused(refusal)) if refusal.message.contains("no mail server")),
            "{outcome:?}"
        );
        assert!(whatsapp.calls().is_empty());
    }
}
