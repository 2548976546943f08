//! Tests of sealing, opening and indexing.

use std::sync::atomic::{AtomicU8, Ordering};

use super::*;

/// Bytes that count up, so that no two nonces are equal and every run is the same.
struct Counting(AtomicU8);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn randomness() -> Counting {
    Counting(AtomicU8::new(0))
}

const ROW: Uuid = Uuid::from_u128(7);

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn sealer(byte: u8) -> AccountSealer {
    AccountSealer::new(account(1), &DataKey::from_bytes([byte; 64]))
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("+966551234567").expect("valid")
}

#[test]
fn a_ciphertext_opens_for_its_purpose_owner_and_row_only() {
    let sealed = sealer(1).seal(Purpose::Recipient, ROW, "+966551234567", &randomness());
    let opened = sealer(1).open(Purpose::Recipient, ROW, &sealed);
    assert_eq!(opened.expect("opens").as_str(), "+966551234567");

    let same_key_elsewhere = AccountSealer::new(account(2), &DataKey::from_bytes([1; 64]));
    for (name, opened) in [
        (
            "purpose",
            sealer(1).open(Purpose::ContactName, ROW, &sealed),
        ),
        (
            "row",
            sealer(1).open(Purpose::Recipient, Uuid::nil(), &sealed),
        ),
        (
            "owner",
            same_key_elsewhere.open(Purpose::Recipient, ROW, &sealed),
        ),
    ] {
        assert_eq!(opened, Err(OpenError::Damaged), "another {name}");
    }
}

#[test]
fn opening_with_another_key_reports_the_key_as_the_cause() {
    let sealed = sealer(1).seal(Purpose::ContactName, ROW, "Amal", &randomness());
    let opened = sealer(2).open(Purpose::ContactName, ROW, &sealed);
    assert_eq!(opened, Err(OpenError::OtherKey));
}

#[test]
fn every_changed_or_missing_byte_is_detected() {
    let sealed = sealer(1).seal(Purpose::ContactName, ROW, "Amal", &randomness());
    let open = |bytes: Vec<u8>| sealer(1).open(Purpose::ContactName, ROW, &Sealed(bytes));
    for position in 0..sealed.0.len() {
        let mut changed = sealed.0.clone();
        changed[position] ^= 1;
        assert!(open(changed).is_err(), "byte {position} changed");
        assert!(
            open(sealed.0[..position].to_vec()).is_err(),
            "cut at {position}"
        );
    }
}

#[test]
fn equal_plaintexts_have_different_ciphertexts_and_equal_indexes() {
    let randomness = randomness();
    let seal = || sealer(1).seal(Purpose::Recipient, ROW, "+966551234567", &randomness);
    assert_ne!(seal(), seal());
    assert_eq!(sealer(1).index(&number()), sealer(1).index(&number()));
}

#[test]
fn the_same_number_has_unrelated_indexes_in_two_accounts() {
    assert_ne!(sealer(1).index(&number()), sealer(2).index(&number()));
    let digits = "966551234567";
    assert_ne!(
        sealer(1).provider_number_index(digits),
        sealer(2).provider_number_index(digits)
    );
}

#[test]
fn the_spellings_of_one_telephone_have_one_index() {
    let index = |number| sealer(1).index(&PhoneNumber::parse(number).expect("valid"));
    assert_eq!(index("+541187654321"), index("+5491187654321"));
    assert_eq!(index("+554774178525"), index("+5547974178525"));
    assert_ne!(index("+551123456789"), index("+5511923456789"));
}

#[test]
fn a_pseudonym_is_stable_in_an_account_and_unrelated_to_anything_else() {
    let of = |byte, number: &PhoneNumber| {
        let sealer = sealer(byte);
        sealer.pseudonym(sealer.index(number))
    };
    let pseudonym = of(1, &number());
    assert_eq!(pseudonym, of(1, &number()));
    assert_eq!(pseudonym.len(), 43);
    let is_base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    assert!(pseudonym.bytes().all(is_base64url), "{pseudonym}");
    let other = PhoneNumber::parse("+966551234568").expect("valid");
    let others = [
        of(2, &number()),
        of(1, &other),
        URL_SAFE_NO_PAD.encode(sealer(1).index(&number()).0),
    ];
    assert!(!others.contains(&pseudonym));
}

#[test]
fn each_kind_of_index_has_a_key_of_its_own() {
    let digits = "966551234567";
    let by_number = sealer(1).provider_number_index(digits);
    assert_eq!(by_number, sealer(1).provider_number_index(digits));
    let others = [
        sealer(1).user_id_index(digits).0,
        sealer(1).index(&number()).0,
    ];
    assert!(!others.contains(&by_number.0));
}

#[test]
fn a_mail_address_has_one_index_however_its_case_is_and_shares_it_with_no_number() {
    let index = |sealer: AccountSealer, text| {
        sealer.recipient_index(&Recipient::parse(text).expect("a recipient"))
    };
    let amal = index(sealer(1), "Amal@Example.com");
    assert_eq!(amal, index(sealer(1), "amal@EXAMPLE.com"));
    assert_ne!(amal, index(sealer(2), "amal@example.com"));
    assert_ne!(amal, index(sealer(1), "amal@example.org"));
    assert_eq!(
        index(sealer(1), "+966551234567"),
        sealer(1).index(&number())
    );
    // The same bytes under the key of the other kind.
    let of_numbers = RecipientIndex(mac(&sealer(1).recipients, &[b"amal@example.com"]));
    assert_ne!(amal, of_numbers);
}

#[test]
fn a_receipt_finds_the_message_by_the_index_it_was_stored_with() {
    let installation = InstallationSealer::new(&DataKey::from_bytes([9; 64]));
    let id = ProviderMessageId("wamid.A".to_owned());
    let message = MessageId(ROW);
    let stored = sealer(1).seal_provider_message_id(message, &id, &installation, &randomness());
    assert_eq!(stored.index, installation.provider_message_index(&id));
    let sealed = stored.sealed.expect("the id itself");
    let opened = sealer(1).open(Purpose::ProviderMessageId, ROW, &sealed);
    assert_eq!(opened.expect("opens").as_str(), "wamid.A");
}
