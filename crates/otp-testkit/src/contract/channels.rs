//! Promises on messages of any channel.

use std::sync::Arc;

use otp_core::channel::Channel;
use otp_core::language::LanguageTag;
use otp_core::ports::Storage;
use otp_core::send::{Admission, RoutedTo, SendAttempt};

use super::fixture::Fixture;

/// A message keeps its channel; what only WhatsApp knows is absent from a message of another channel.
pub async fn a_message_of_another_channel_has_neither_sender_nor_template(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let language = LanguageTag::parse("ar").expect("language");
    let attempt = SendAttempt {
        route: Ok(RoutedTo::Double(language.clone())),
        ..fixture.attempt(1)
    };
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    let whatsapp = fixture.send(2).await;
    for (attempt, channel) in [(&attempt, Channel::Double), (&whatsapp, Channel::WhatsApp)] {
        let history = fixture
            .store
            .find_history(attempt.account_id, attempt.message_id)
            .await;
        let record = history.expect("find").expect("a message").record;
        assert_eq!(record.channel, channel);
        assert_eq!((record.template, record.phone_number_id), (None, None));
    }
    let history = fixture
        .store
        .find_history(attempt.account_id, attempt.message_id)
        .await;
    let record = history.expect("find").expect("a message").record;
    assert_eq!(record.language, language);
    fixture.assert_ledger_balances().await;
}
