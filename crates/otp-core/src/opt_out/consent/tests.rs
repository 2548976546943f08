//! Tests of consent requests in any order and number.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn entry(request: ConsentRequest, second: u64, message: u8) -> ConsentEntry {
    let epoch = Timestamp::from_unix_millis(1_800_000_000_000);
    ConsentEntry {
        account_id: AccountId(Uuid::from_u128(1)),
        recipient_index: RecipientIndex([1; 32]),
        request,
        source: ConsentSource::Typed,
        message: Some(ProviderMessageIndex([message; 32])),
        requested_at: epoch + Duration::from_secs(second),
        recorded_at: epoch + Duration::from_secs(100),
    }
}

fn by_operator(request: ConsentRequest, second: u64) -> ConsentEntry {
    ConsentEntry {
        source: ConsentSource::Operator,
        message: None,
        ..entry(request, second, 0)
    }
}

/// Returns the request that applies in the end and the number of log entries, with each request
/// recorded by itself.
fn recorded(entries: &[ConsentEntry]) -> (Option<ConsentRequest>, usize) {
    let mut last = HashMap::new();
    let mut logged = HashSet::new();
    let mut count = 0;
    for entry in entries {
        let facts = ConsentFacts {
            last: last.clone(),
            logged: logged.clone(),
        };
        let judged = judge(std::slice::from_ref(entry), facts);
        last.extend(judged.last);
        logged.extend(
            judged
                .entries
                .iter()
                .filter_map(|entry| Some((entry.of(), entry.message?))),
        );
        count += judged.entries.len();
    }
    (last.values().next().map(|last| last.request), count)
}

#[test]
fn the_request_that_was_made_last_applies() {
    use ConsentRequest::{Start, Stop};
    let cases = [
        (vec![entry(Stop, 1, 1)], Stop, 1),
        (vec![entry(Start, 1, 1)], Start, 1),
        (vec![entry(Stop, 1, 1), entry(Start, 2, 2)], Start, 2),
        (vec![entry(Start, 2, 2), entry(Stop, 1, 1)], Start, 2),
        (vec![entry(Stop, 2, 1), entry(Start, 1, 2)], Stop, 2),
        // Both at one instant, in either order.
        (vec![entry(Stop, 1, 1), entry(Start, 1, 2)], Stop, 2),
        (vec![entry(Start, 1, 2), entry(Stop, 1, 1)], Stop, 2),
        // Reported again, much later.
        (
            vec![entry(Stop, 1, 1), entry(Start, 2, 2), entry(Stop, 1, 1)],
            Start,
            2,
        ),
        // An operator's entry applies, whatever the clocks show.
        (vec![entry(Stop, 9, 1), by_operator(Start, 3)], Start, 2),
        (vec![by_operator(Stop, 3), by_operator(Start, 3)], Start, 2),
        (vec![by_operator(Start, 3), entry(Stop, 4, 1)], Stop, 2),
    ];
    for (entries, request, count) in cases {
        assert_eq!(recorded(&entries), (Some(request), count), "{entries:?}");
    }
    assert_eq!(recorded(&[]), (None, 0));
}

#[test]
fn requests_of_different_accounts_and_recipients_are_independent() {
    let stop = entry(ConsentRequest::Stop, 1, 1);
    let entries = [
        ConsentEntry {
            account_id: AccountId(Uuid::from_u128(2)),
            ..stop.clone()
        },
        ConsentEntry {
            recipient_index: RecipientIndex([2; 32]),
            ..stop.clone()
        },
        stop,
    ];
    let judged = judge(&entries, ConsentFacts::default());
    assert_eq!((judged.entries.len(), judged.last.len()), (3, 3));
}

#[test]
fn a_request_that_says_the_same_again_is_logged_and_changes_nothing() {
    let first = entry(ConsentRequest::Stop, 5, 1);
    let facts = ConsentFacts {
        last: judge(&[first], ConsentFacts::default())
            .last
            .into_iter()
            .collect(),
        ..ConsentFacts::default()
    };
    let judged = judge(&[entry(ConsentRequest::Stop, 5, 2)], facts);
    assert_eq!((judged.entries.len(), judged.last.len()), (1, 0));
}

fn requests() -> impl Strategy<Value = Vec<ConsentEntry>> {
    let request = prop_oneof![Just(ConsentRequest::Stop), Just(ConsentRequest::Start)];
    let list = prop::collection::vec((request, 0_u64..5), 1..7);
    list.prop_map(|list| {
        let numbered = (1..).zip(list);
        numbered
            .map(|(n, (request, second))| entry(request, second, n))
            .collect()
    })
}

proptest! {
    #[test]
    fn every_order_with_duplicates_has_the_same_result(
        (entries, shuffled) in requests().prop_flat_map(|entries| {
            let twice = [entries.clone(), entries.clone()].concat();
            (Just(entries), Just(twice).prop_shuffle())
        }),
    ) {
        let last = entries.iter().map(|e| CurrentConsent { at: e.requested_at, request: e.request }).max();
        let expected = (last.map(|last| last.request), entries.len());
        prop_assert_eq!(recorded(&shuffled), expected);
        // A whole batch gives the same result as one by one.
        let judged = judge(&shuffled, ConsentFacts::default());
        prop_assert_eq!(judged.last.values().copied().max(), last);
        prop_assert_eq!(judged.entries.len(), entries.len());
    }
}
