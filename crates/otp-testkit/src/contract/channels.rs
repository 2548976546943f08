//! Promises on messages of any channel.

use std::sync::Arc;

use otp_core::channel::{Channel, email};
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::ports::Storage;
use otp_core::recipient::EmailAddress;
use otp_core::sealing::Purpose;
use otp_core::send::{Admission, Outcome, Refusal, RoutedTo, SendAttempt};

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

/// A mail goes to an address, which belongs to no region. Its cooldown, its price and its outcome are
/// those of any message.
pub async fn a_mail_has_no_region_either_and_follows_the_same_rules(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = mail(&fixture, 1, "Amal@Example.com");
    let other = mail(&fixture, 2, "other@example.com");
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    let again = fixture.admit(&mail(&fixture, 3, "amal@example.com")).await;
    assert!(
        matches!(again, Admission::Refused(Refusal::CoolingDown { .. })),
        "the same person cools down: {again:?}"
    );
    assert_eq!(fixture.admit(&other).await, Admission::Admitted);
    let find = async |attempt: &SendAttempt| {
        let (account, id) = (attempt.account_id, attempt.message_id);
        let found = fixture.store.find_history(account, id).await;
        found.expect("find").expect("a message").record
    };
    let record = find(&attempt).await;
    assert_eq!(record.channel, Channel::Email);
    assert_eq!((record.region, record.price), (None, attempt.price));
    assert_eq!((record.template, record.phone_number_id), (None, None));
    assert_eq!(record.recipient.as_ref(), Some(&attempt.recipient));
    assert_eq!(fixture.balance().await, 3);
    fixture.settle(&attempt, Outcome::Unknown).await;
    fixture.settle(&other, Outcome::Failed(refused())).await;
    assert_eq!(find(&attempt).await.status, MessageStatus::Pending);
    let failed = find(&other).await;
    assert_eq!(failed.status, MessageStatus::Failed);
    assert_eq!(failed.failure, Some(refused()));
    assert_eq!(
        fixture.balance().await,
        4,
        "a mail that fails costs nothing"
    );
    fixture.assert_ledger_balances().await;
}

fn refused() -> otp_core::message::Failure {
    otp_core::message::Failure {
        code: Some(550),
        title: "550 5.1.1".to_owned(),
        reason: "The mail server refused the mail.".to_owned(),
    }
}

/// An attempt to send a mail to this address.
pub(super) fn mail(fixture: &Fixture, number: u32, address: &str) -> SendAttempt {
    let attempt = fixture.attempt(number);
    let address = EmailAddress::parse(address).expect("an address");
    let language = LanguageTag::parse("ar").expect("language");
    SendAttempt {
        recipient_index: fixture.sealer.email_index(&address),
        recipient: fixture.sealer.seal(
            Purpose::Recipient,
            attempt.message_id.0,
            address.as_str(),
            &*fixture.randomness,
        ),
        region: None,
        route: Ok(RoutedTo::Email(email::RoutedTo { language })),
        ..attempt
    }
}
