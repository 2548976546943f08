//! Tests of every way to find the recipient of a consent request.

use std::time::Duration;

use uuid::Uuid;

use super::super::{ConsentRequest, ConsentSource};
use super::*;
use crate::recipient_identity::ProviderIdentities;
use crate::sealing::ProviderMessageIndex;

const A: AccountId = AccountId(Uuid::from_u128(1));
const USER: IdentityIndex = IdentityIndex([20; 32]);
const NUMBER: IdentityIndex = IdentityIndex([21; 32]);
const UNKNOWN: IdentityIndex = IdentityIndex([77; 32]);

fn recipient(n: u8) -> RecipientIndex {
    RecipientIndex([n; 32])
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_800_000_000_000) + Duration::from_secs(second)
}

fn stop() -> InboundConsent {
    InboundConsent {
        request: ConsentRequest::Stop,
        source: ConsentSource::Typed,
        phone_number_id: None,
        message: ProviderMessageIndex([8; 32]),
        context: None,
        from: ProviderIdentities::default(),
        number: None,
        provider_time: at(50),
        received_at: at(51),
    }
}

/// Returns the facts of the tests: the user id belongs to recipient 2, the provider's number to
/// recipient 3. Recipients 1, 2 and 4 were sent to.
fn facts() -> ResolutionFacts {
    ResolutionFacts {
        identities: HashMap::from([
            ((A, USER), (recipient(2), at(10))),
            ((A, NUMBER), (recipient(3), at(10))),
        ]),
        contacted: HashSet::from([1, 2, 4].map(|n| (A, recipient(n)))),
    }
}

fn resolve(
    answered: Option<u8>,
    identities: &[IdentityIndex],
    number: Option<u8>,
) -> (Option<Recipient>, Resolution) {
    let stop = stop();
    let consent = AccountConsent {
        consent: &stop,
        account_id: A,
        answered: answered.map(recipient),
        identities: identities.to_vec(),
        number: number.map(recipient),
    };
    (consent.candidate(&facts()), consent.resolve(&facts()))
}

#[test]
fn the_answered_message_is_tried_first_then_the_pairs_then_the_number() {
    for (answered, identities, number, expected, waits) in [
        (Some(1), &[USER, NUMBER][..], Some(4), Some(1), false),
        (None, &[USER, NUMBER], Some(4), Some(2), false),
        (None, &[NUMBER], Some(4), Some(3), false),
        (None, &[], Some(4), Some(4), false),
        // Never sent to: it may be another spelling.
        (None, &[], Some(5), Some(5), true),
        (None, &[UNKNOWN], None, None, true),
    ] {
        let (candidate, resolution) = resolve(answered, identities, number);
        let found = resolution.entry.as_ref().map(ConsentEntry::of);
        assert_eq!(found, expected.map(|n| (A, recipient(n))));
        assert_eq!(candidate, found);
        assert_eq!(
            resolution.waits, waits,
            "{answered:?} {identities:?} {number:?}"
        );
    }
}

#[test]
fn a_request_whose_recipient_is_certain_teaches_the_providers_names() {
    let (_, resolution) = resolve(Some(1), &[UNKNOWN, NUMBER], None);
    // The user id is new; the number belongs to a different recipient than before.
    assert_eq!(resolution.learned.len(), 2);
    let of_recipient = |known: &KnownIdentity| known.recipient_index == recipient(1);
    assert!(resolution.learned.iter().all(of_recipient));

    let (_, guessed) = resolve(None, &[UNKNOWN], Some(5));
    assert_eq!(guessed.learned, []);
}
