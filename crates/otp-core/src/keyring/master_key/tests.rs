//! Tests of wrapping, opening and rewrapping with master keys.

use std::sync::atomic::{AtomicU8, Ordering};

use uuid::Uuid;

use super::*;
use crate::recipient::PhoneNumber;

struct Counting(AtomicU8);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
const OWNER: KeyOwner = KeyOwner::Account(ACCOUNT);

fn randomness() -> Counting {
    Counting(AtomicU8::new(0))
}

fn keys(current: u8, previous: &[u8]) -> MasterKeys {
    let previous: Vec<_> = previous.iter().map(|byte| MasterKey([*byte; 32])).collect();
    MasterKeys::new(&MasterKey([current; 32]), &previous)
}

#[test]
fn a_rewrapped_key_is_the_same_key_and_the_old_master_key_no_longer_opens_it() {
    let randomness = randomness();
    let number = PhoneNumber::parse("+966551234567").expect("valid");
    let before = keys(1, &[]).generate_key(OWNER, &randomness);
    let index = |keys: &MasterKeys, key: &WrappedKey| {
        let sealer = keys.account_sealer(ACCOUNT, key);
        sealer.map(|sealer| sealer.index(&number))
    };
    let expected = index(&keys(1, &[]), &before).expect("opens");

    let both = keys(2, &[1]);
    assert_eq!(index(&both, &before), Ok(expected));
    let after = both.rewrap(OWNER, &before, &randomness).expect("opens");
    let after = after.expect("another wrapping");
    assert_eq!(index(&keys(2, &[]), &after), Ok(expected));
    assert_eq!(
        index(&keys(1, &[]), &after),
        Err(UnwrapError::UnknownMasterKey)
    );
    assert_eq!(
        both.rewrap(OWNER, &after, &randomness),
        Ok(None),
        "it is current already"
    );
}

#[test]
fn a_key_opens_for_its_owner_only() {
    let key = keys(1, &[]).generate_key(OWNER, &randomness());
    let other = AccountId(Uuid::from_u128(2));
    let opened = keys(1, &[]).account_sealer(other, &key);
    assert_eq!(opened.err(), Some(UnwrapError::Damaged));
    let opened = keys(1, &[]).installation_sealer(&key);
    assert_eq!(opened.err(), Some(UnwrapError::Damaged));
}

#[test]
fn a_cut_or_changed_wrapping_does_not_open() {
    let key = keys(1, &[]).generate_key(OWNER, &randomness());
    for position in 0..key.0.len() {
        let mut changed = key.clone();
        changed.0[position] ^= 1;
        assert!(keys(1, &[]).account_sealer(ACCOUNT, &changed).is_err());
        let cut = WrappedKey(key.0[..position].to_vec());
        assert!(keys(1, &[]).account_sealer(ACCOUNT, &cut).is_err());
    }
}

#[test]
fn a_master_key_is_32_bytes_in_base64() {
    let text = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let key = MasterKey::parse(&format!("{text}\n")).expect("a key");
    assert_eq!(key.to_base64().as_str(), text);
    for text in [
        "",
        "AQEB",
        "not base64 at all, but long enough for it..",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
    ] {
        let read = MasterKey::parse(text);
        assert_eq!(read.err(), Some(InvalidMasterKey), "{text}");
    }
}
