//! Every way in which a request finds its recipient.

use std::time::Duration;

use uuid::Uuid;

use super::super::{ConsentRequest, ConsentSource, Identities};
use super::*;

const A: AccountId = AccountId(Uuid::from_u128(1));
const B: AccountId = AccountId(Uuid::from_u128(2));
const CONTEXT: ProviderMessageIndex = ProviderMessageIndex([9; 32]);
const USER: IdentityIndex = IdentityIndex([20; 32]);
const NUMBER: IdentityIndex = IdentityIndex([21; 32]);

fn recipient(n: u8) -> RecipientIndex {
    RecipientIndex([n; 32])
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_800_000_000_000) + Duration::from_secs(second)
}

fn our_number() -> ProviderId {
    ProviderId::parse("106540352242922").expect("digits")
}

fn request() -> InboundConsent {
    InboundConsent {
        request: ConsentRequest::Stop,
        source: ConsentSource::Typed,
        phone_number_id: Some(our_number()),
        message: ProviderMessageIndex([8; 32]),
        context: None,
        from: Identities::default(),
        number: None,
        provider_time: at(50),
        received_at: at(51),
    }
}

/// Two accounts send from our number. The context is recipient 1's, the user id 2's, the number 3's.
fn facts() -> ResolutionFacts {
    let sealed = |n: u8| Sealed(vec![n]);
    ResolutionFacts {
        accounts: HashMap::from([(our_number(), BTreeSet::from([A, B]))]),
        contexts: HashMap::from([(CONTEXT, (A, recipient(1)))]),
        identities: HashMap::from([
            ((A, USER), (recipient(2), at(10))),
            ((A, NUMBER), (recipient(3), at(10))),
        ]),
        recipients: HashMap::from([
            ((A, recipient(1)), sealed(1)),
            ((A, recipient(2)), sealed(2)),
            ((A, recipient(4)), sealed(4)),
        ]),
    }
}

/// For each account with an entry: who, and whether their number is known. Then whether it waits.
#[track_caller]
fn check(request: &InboundConsent, expected: &[(AccountId, u8, bool)], waits: bool) {
    let resolution = facts().resolve(request);
    let found: Vec<_> = resolution
        .entries
        .iter()
        .map(|e| (e.account_id, e.recipient_index.0[0], e.recipient.is_some()))
        .collect();
    assert_eq!((found.as_slice(), resolution.waits), (expected, waits));
    let candidates = facts().candidates(std::slice::from_ref(request));
    let of_entries = resolution.entries.iter().map(ConsentEntry::of).collect();
    assert_eq!(candidates, of_entries);
}

#[test]
fn the_message_it_answers_says_most_then_the_pairs_then_the_number() {
    let from = Identities {
        user: Some(USER),
        number: Some(NUMBER),
    };
    let number = Some(recipient(4));
    let all = InboundConsent {
        context: Some(CONTEXT),
        from,
        number,
        ..request()
    };
    // The recipient of a message has the same index in every account.
    check(&all, &[(A, 1, true), (B, 1, false)], false);
    let by_user = InboundConsent {
        context: Some(ProviderMessageIndex([7; 32])),
        ..all.clone()
    };
    check(&by_user, &[(A, 2, true), (B, 4, false)], true);
    let by_number_pair = InboundConsent {
        from: Identities { user: None, ..from },
        ..by_user.clone()
    };
    check(&by_number_pair, &[(A, 3, false), (B, 4, false)], true);
    let by_number = InboundConsent {
        from: Identities::default(),
        ..by_user
    };
    check(&by_number, &[(A, 4, true), (B, 4, false)], true);
}

#[test]
fn what_nobody_can_say_waits_and_what_is_not_ours_does_not() {
    let unknown_user = InboundConsent {
        from: Identities {
            user: Some(IdentityIndex([77; 32])),
            number: None,
        },
        ..request()
    };
    check(&unknown_user, &[], true);
    let not_ours = InboundConsent {
        phone_number_id: ProviderId::parse("1").ok(),
        number: Some(recipient(4)),
        ..request()
    };
    check(&not_ours, &[], false);
    // A message of ours is ours, whatever number it was answered at.
    let answered = InboundConsent {
        context: Some(CONTEXT),
        phone_number_id: None,
        ..request()
    };
    check(&answered, &[(A, 1, true)], false);
}

#[test]
fn a_request_whose_recipient_is_sure_tells_who_the_provider_means() {
    let user = Some(IdentityIndex([77; 32]));
    let answered = InboundConsent {
        context: Some(CONTEXT),
        from: Identities {
            user,
            number: Some(NUMBER),
        },
        ..request()
    };
    let learned = facts().resolve(&answered).learned;
    let of_a: Vec<_> = learned.iter().filter(|k| k.account_id == A).collect();
    // The user id is new; the number belongs to another recipient than was known.
    assert_eq!(of_a.len(), 2);
    assert!(of_a.iter().all(|k| k.recipient_index == recipient(1)));
    let guessed = InboundConsent {
        context: None,
        number: Some(recipient(5)),
        from: Identities { user, number: None },
        ..answered
    };
    assert_eq!(facts().resolve(&guessed).learned, []);
}

#[test]
fn the_newest_pair_holds_and_what_is_known_is_not_news() {
    let known = KnownIdentity {
        account_id: A,
        identity: USER,
        recipient_index: recipient(1),
        seen_at: at(5),
    };
    for (earlier, replaces) in [
        (None, true),
        (Some((recipient(1), at(1))), false),
        (Some((recipient(1), at(9))), false),
        (Some((recipient(2), at(4))), true),
        (Some((recipient(2), at(5))), false),
        (Some((recipient(2), at(9))), false),
    ] {
        assert_eq!(known.replaces(earlier), replaces, "{earlier:?}");
    }
}
