//! The files on the disk contain no readable personal data.

use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::message::ProviderMessageId;
use otp_core::send::Outcome;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::add_sender::{AddSender, NewSender};
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::staff_actor::StaffActor;
use otp_testkit::contract::fixture::{Fixture, operator, recipient};

use crate::fresh::Place;

#[tokio::test]
async fn no_number_address_name_or_secret_is_readable_in_the_files() {
    let place = Place::new();
    let fixture = Fixture::with_credits(place.store().await, 10).await;
    let create_api_key = CreateApiKey {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let key = NewApiKey {
        account_id: fixture.account,
        name: "laptop".to_owned(),
        expires_at: None,
    };
    let key = create_api_key
        .execute(key, AccountActor::Operator(operator()))
        .await
        .unwrap()
        .1;
    let sender = NewSender {
        account_id: fixture.account,
        phone_number_id: ProviderId::parse("106540352242922").unwrap(),
        waba_id: ProviderId::parse("102290129340398").unwrap(),
        phone: ContactNumber::parse("+966551234567").unwrap(),
        access_token: AccessToken::parse("EAAJB-a-token-of-the-provider").unwrap(),
    };
    let add_sender = AddSender {
        senders: fixture.store.clone(),
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    add_sender
        .execute(sender, StaffActor::Operator(operator()))
        .await
        .unwrap();
    let attempt = fixture.send(7).await;
    // A wamid spells out the recipient's number in base64.
    let wamid = ProviderMessageId("wamid.HBgMOTY2NTUwMDAwMDA3".to_owned());
    let sealed = fixture.sealer.seal_provider_message_id(
        attempt.message_id,
        &wamid,
        &fixture.installation,
        &*fixture.randomness,
    );
    fixture.settle(&attempt, Outcome::Accepted(sealed)).await;

    // While the store is open, the latest writes are only in the log.
    let log = std::fs::read(format!("{}-wal", place.path().display())).unwrap();
    let files = [std::fs::read(place.path()).unwrap(), log].concat();
    assert!(
        holds(&files, "106540352242922"),
        "the search finds what is there"
    );
    for secret in [
        recipient(7).e164().trim_start_matches('+'),
        recipient(1).e164().trim_start_matches('+'),
        "966551234567",
        "amal@example.com",
        "Amal",
        "Suedstrasse",
        "a-token-of-the-provider",
        "HBgMOTY2NTUwMDAwMDA3",
        &key.expose()["otp_live_".len() + 4..],
    ] {
        assert!(!holds(&files, secret), "{secret}");
    }
}

/// Whether the bytes contain the text, as it is or as hexadecimal digits.
fn holds(bytes: &[u8], text: &str) -> bool {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let contains = |needle: &str| {
        bytes
            .windows(needle.len())
            .any(|at| at == needle.as_bytes())
    };
    contains(text) || contains(&hex)
}
