//! Promises on opt-outs, the consent log, and who asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::ProviderMessageId;
use otp_core::opt_out::consent::{ConsentEntry, OptOut};
use otp_core::opt_out::{ConsentRequest, ConsentSource, UnresolvedConsent};
use otp_core::ports::{
    AnsweredMessage, ConsentTargets, PortError, Recalled, Storage, StoredRecipient,
};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex, Sealed};
use otp_core::send::{Admission, Outcome, Refusal};
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::fixture::{Fixture, START, recipient};
use crate::sender::{accepted_outcome, failure};

fn index(n: u8) -> ProviderMessageIndex {
    ProviderMessageIndex([n; 32])
}

fn after(second: u64) -> Timestamp {
    START + Duration::from_secs(second)
}

fn of_recipient(fixture: &Fixture, number: u32) -> RecipientIndex {
    fixture.sealer.index(&recipient(number))
}

/// A request of recipient 1, typed at a second, in the message with this number.
fn typed(fixture: &Fixture, request: ConsentRequest, second: u64, message: u8) -> ConsentEntry {
    ConsentEntry {
        account_id: fixture.account,
        recipient_index: of_recipient(fixture, 1),
        request,
        source: ConsentSource::Typed,
        message: Some(index(message)),
        requested_at: after(second),
        recorded_at: after(second + 1),
    }
}

fn our_number() -> ProviderId {
    ProviderId::parse("106540352242922").expect("digits")
}

/// Sends, and what is asked about their recipients: for counting statements.
pub struct Batch {
    /// The messages, and what the provider calls their recipients.
    pub asked: Vec<(MessageId, IdentityIndex)>,
    /// The same, to be remembered.
    pub known: Vec<KnownIdentity>,
    /// The number that each wrote to.
    pub numbers: BTreeSet<ProviderId>,
    /// The message that each answered.
    pub answered: BTreeSet<ProviderMessageIndex>,
    /// A STOP of each, for the log.
    pub entries: Vec<ConsentEntry>,
    /// A STOP of each, to be kept.
    pub requests: Vec<UnresolvedConsent>,
}

/// An account that sends from a number that people can write to.
pub async fn sending(store: Arc<dyn Storage>) -> Fixture {
    let fixture = Fixture::with_credits(store, 10_000).await;
    fixture.add_sender(fixture.account, our_number()).await;
    fixture
}

/// `size` sends to recipients from the `first` on.
pub async fn batch(fixture: &Fixture, first: u32, size: u32) -> Batch {
    let attempts: Vec<_> = (first..first + size).map(|n| fixture.attempt(n)).collect();
    fixture.admit_all(attempts.clone()).await;
    let mut batch = Batch {
        asked: Vec::new(),
        known: Vec::new(),
        numbers: BTreeSet::from([our_number()]),
        answered: BTreeSet::new(),
        entries: Vec::new(),
        requests: Vec::new(),
    };
    for (attempt, n) in attempts.iter().zip(first..) {
        let identity = fixture.sealer.user_id_index(&format!("SA.{n}"));
        let message = ProviderMessageId(format!("wamid.{n}"));
        let message = fixture.installation.provider_message_index(&message);
        batch.asked.push((attempt.message_id, identity));
        batch.known.push(KnownIdentity {
            account_id: attempt.account_id,
            identity,
            recipient_index: attempt.recipient_index,
            seen_at: attempt.at,
        });
        batch.answered.insert(message);
        batch.entries.push(ConsentEntry {
            recipient_index: attempt.recipient_index,
            message: Some(message),
            ..typed(fixture, ConsentRequest::Stop, 1, 1)
        });
        batch.requests.push(UnresolvedConsent {
            message,
            context: None,
            ..unresolved(1, 1)
        });
    }
    batch
}

async fn record(fixture: &Fixture, entries: &[ConsentEntry]) {
    let recorded = fixture.store.record_consent(Arc::from(entries)).await;
    recorded.expect("recorded");
}

async fn log(fixture: &Fixture, recipient: Option<RecipientIndex>) -> Vec<ConsentEntry> {
    let log = fixture.store.consent_log(fixture.account, recipient).await;
    log.expect("log")
}

/// A START that is older than the STOP changes nothing, and a STOP that is reported again after the
/// START does not either; all at once or one by one.
pub async fn the_request_that_was_made_last_holds_in_whatever_order_it_is_reported(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::with_credits(store, 9).await;
    let refused = Admission::Refused(Refusal::RecipientOptedOut);
    let stop = typed(&fixture, ConsentRequest::Stop, 20, 1);
    let older_start = typed(&fixture, ConsentRequest::Start, 10, 2);
    let start = typed(&fixture, ConsentRequest::Start, 30, 3);
    for entries in [
        vec![stop.clone()],
        vec![older_start.clone()],
        vec![older_start, stop.clone()],
    ] {
        record(&fixture, &entries).await;
        assert_eq!(fixture.admit(&fixture.attempt(1)).await, refused);
    }
    let since = OptOut {
        recipient_index: stop.recipient_index,
        since: stop.requested_at,
    };
    let listed = fixture.store.list_opt_outs(fixture.account).await;
    assert_eq!(listed.expect("listed"), [since]);
    record(&fixture, &[start.clone(), stop.clone()]).await;
    record(&fixture, &[stop, start]).await;
    let listed = fixture.store.list_opt_outs(fixture.account).await;
    assert_eq!(listed.expect("listed"), []);
    fixture.send(1).await;
    // It is the account's own list.
    record(&fixture, &[typed(&fixture, ConsentRequest::Stop, 40, 4)]).await;
    let stranger = fixture.another_account().await;
    let listed = fixture.store.list_opt_outs(stranger).await;
    assert_eq!(listed.expect("listed"), []);
}

/// The log has every request, whether it changed anything or not, but a message's once.
pub async fn every_request_is_logged_once_and_in_its_order(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let first = typed(&fixture, ConsentRequest::Stop, 20, 1);
    let second = ConsentEntry {
        source: ConsentSource::Button,
        ..typed(&fixture, ConsentRequest::Start, 10, 2)
    };
    let by_operator = ConsentEntry {
        source: ConsentSource::Operator,
        message: None,
        requested_at: after(30),
        ..first.clone()
    };
    let others = ConsentEntry {
        recipient_index: of_recipient(&fixture, 2),
        ..first.clone()
    };
    record(&fixture, &[first.clone(), second.clone()]).await;
    record(
        &fixture,
        &[second.clone(), by_operator.clone(), first.clone()],
    )
    .await;
    let again = ConsentEntry {
        requested_at: after(31),
        ..by_operator.clone()
    };
    record(&fixture, &[others.clone(), again.clone()]).await;
    record(&fixture, &[]).await;
    let of_first = [first, second, by_operator, again];
    assert_eq!(
        log(&fixture, Some(of_first[0].recipient_index)).await,
        of_first
    );
    assert_eq!(log(&fixture, Some(others.recipient_index)).await, [others]);
    assert_eq!(log(&fixture, None).await.len(), 5);
    let stranger = fixture.another_account().await;
    let foreign = fixture.store.consent_log(stranger, None).await;
    assert_eq!(foreign.expect("log"), []);
}

/// Consent belongs to an account.
pub async fn a_request_of_nobodys_recipient_is_a_conflict(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let good = typed(&fixture, ConsentRequest::Stop, 1, 1);
    let nobodys = ConsentEntry {
        account_id: AccountId(Uuid::from_u128(42)),
        ..good.clone()
    };
    let recorded = fixture
        .store
        .record_consent(Arc::from([good, nobodys]))
        .await;
    assert!(matches!(recorded, Err(PortError::Conflict(_))));
    assert_eq!(log(&fixture, None).await, []);
}

/// Two accounts may send from one number, and a message is found by the provider's id of it.
pub async fn consent_targets_are_found_by_number_and_by_message(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let partner = fixture.another_account().await;
    for account in [fixture.account, partner] {
        fixture.add_sender(account, our_number()).await;
    }
    let sent = fixture.send(1).await;
    let accepted = accepted_outcome("wamid.A");
    fixture.settle(&sent, accepted.clone()).await;
    let Outcome::Accepted(id) = accepted else {
        unreachable!("an acceptance")
    };
    let other_number = ProviderId::parse("1").expect("digits");
    let numbers = BTreeSet::from([our_number(), other_number]);
    let answered = BTreeSet::from([id.index, index(9)]);
    let targets = fixture
        .store
        .find_consent_targets(&numbers, &answered)
        .await;
    let expected = ConsentTargets {
        accounts: HashMap::from([(our_number(), BTreeSet::from([fixture.account, partner]))]),
        answered: HashMap::from([(
            id.index,
            AnsweredMessage {
                account_id: fixture.account,
                recipient_index: Some(sent.recipient_index),
                recipient: Some(StoredRecipient {
                    message_id: sent.message_id,
                    sealed: sent.recipient,
                }),
            },
        )]),
    };
    assert_eq!(targets.expect("targets"), expected);
    let nothing = (BTreeSet::new(), BTreeSet::new());
    let targets = fixture
        .store
        .find_consent_targets(&nothing.0, &nothing.1)
        .await;
    assert_eq!(targets.expect("targets"), ConsentTargets::default());
}

/// A recipient is shown as the latest message that did not fail has it.
pub async fn contacted_recipients_are_those_that_were_sent_to(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(3_600));
    let latest = fixture.send(1).await;
    let failed = fixture.send(2).await;
    fixture
        .settle(&failed, Outcome::Failed(failure(131_026)))
        .await;
    let stranger = fixture.another_account().await;
    let recipients = BTreeSet::from([
        (fixture.account, of_recipient(&fixture, 1)),
        (fixture.account, of_recipient(&fixture, 2)),
        (fixture.account, of_recipient(&fixture, 3)),
        (stranger, of_recipient(&fixture, 1)),
    ]);
    let contacted = fixture.store.find_contacted(&recipients).await;
    let expected = StoredRecipient {
        message_id: latest.message_id,
        sealed: latest.recipient,
    };
    let expected = HashMap::from([((fixture.account, latest.recipient_index), expected)]);
    assert_eq!(contacted.expect("contacted"), expected);
    let none = fixture.store.find_contacted(&BTreeSet::new()).await;
    assert_eq!(none.expect("contacted"), HashMap::new());
}

/// An identity is found again by message and by request; what was seen later stays.
pub async fn identities_are_remembered_and_the_newest_holds(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let sent = fixture.send(1).await;
    let (user, number) = (IdentityIndex([1; 32]), IdentityIndex([2; 32]));
    let known = |identity, recipient, second| KnownIdentity {
        account_id: fixture.account,
        identity,
        recipient_index: of_recipient(&fixture, recipient),
        seen_at: after(second),
    };
    let recall = async || {
        let unknown = MessageId(Uuid::from_u128(42));
        let asked = [
            (sent.message_id, user),
            (unknown, user),
            (sent.message_id, number),
        ];
        let recalled = fixture.store.recall(&asked).await.expect("recalled");
        let of = |place: &Option<Recalled>| {
            place.map(|recalled| {
                assert_eq!(recalled.account_id, fixture.account);
                assert_eq!(recalled.recipient_index, sent.recipient_index);
                recalled.known
            })
        };
        recalled.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(recall().await, [Some(None), None, Some(None)]);
    let (first, older, newer) = (known(user, 1, 20), known(user, 2, 10), known(user, 3, 30));
    let remember = async |known: &[KnownIdentity]| {
        fixture.store.remember(known).await.expect("remembered");
    };
    let of = |known: &KnownIdentity| Some(Some((known.recipient_index, known.seen_at)));
    remember(std::slice::from_ref(&first)).await;
    assert_eq!(recall().await, [of(&first), None, Some(None)]);
    remember(&[older.clone(), known(number, 1, 5)]).await;
    assert_eq!(recall().await[0], of(&first));
    remember(&[older, newer.clone(), first]).await;
    remember(&[]).await;
    assert_eq!(recall().await, [of(&newer), None, of(&known(number, 1, 5))]);
    let wanted = [
        (fixture.account, user),
        (fixture.account, IdentityIndex([9; 32])),
        (AccountId(Uuid::from_u128(42)), user),
    ];
    let found = fixture.store.find_identities(&wanted).await.expect("found");
    let expected = (
        (fixture.account, user),
        (newer.recipient_index, newer.seen_at),
    );
    assert_eq!(found, HashMap::from([expected]));
    assert_eq!(fixture.store.recall(&[]).await.expect("recalled"), []);
}

fn unresolved(message: u8, second: u64) -> UnresolvedConsent {
    UnresolvedConsent {
        request: ConsentRequest::Stop,
        source: ConsentSource::Button,
        phone_number_id: Some(our_number()),
        message: index(message),
        context: Some(index(100)),
        from: Sealed(vec![3, message]),
        provider_time: after(second),
        received_at: after(second + 1),
    }
}

/// Kept requests come back as they were, in the order in which they came.
pub async fn unresolved_consents_are_kept_once_until_forgotten(store: Arc<dyn Storage>) {
    let full = unresolved(1, 10);
    let bare = UnresolvedConsent {
        request: ConsentRequest::Start,
        source: ConsentSource::Typed,
        phone_number_id: None,
        context: None,
        ..unresolved(2, 5)
    };
    store
        .keep_unresolved(&[full.clone(), bare.clone()])
        .await
        .expect("kept");
    store
        .keep_unresolved(&[bare.clone(), full.clone()])
        .await
        .expect("kept");
    store.keep_unresolved(&[]).await.expect("nothing");
    let listed = store.list_unresolved().await.expect("listed");
    assert_eq!(listed, [full.clone(), bare.clone()]);
    let forgotten = store.forget_unresolved(&[full], START, 9).await;
    assert_eq!(forgotten.expect("forgotten"), 0);
    assert_eq!(store.list_unresolved().await.expect("listed"), [bare]);
}

/// Of what was not given, the old ones go, and then the oldest of too many.
pub async fn too_old_and_too_many_unresolved_consents_are_forgotten(store: Arc<dyn Storage>) {
    let kept: Vec<_> = (1..=6).map(|n| unresolved(n, n.into())).collect();
    store.keep_unresolved(&kept).await.expect("kept");
    let before = kept[1].received_at;
    let forgotten = store.forget_unresolved(&kept[5..], before, 3).await;
    assert_eq!(
        forgotten.expect("forgotten"),
        2,
        "the first is too old, the second too many"
    );
    assert_eq!(store.list_unresolved().await.expect("listed"), kept[2..5]);
    let forgotten = store.forget_unresolved(&[], before, 0).await;
    assert_eq!(forgotten.expect("forgotten"), 3);
    assert_eq!(store.list_unresolved().await.expect("listed"), []);
}

/// Whoever records last, the request that was made last holds, and all of them are logged.
pub async fn concurrent_requests_end_in_the_last_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let tasks = (1..=20_u8).map(|n| {
        let request = if n % 2 == 0 {
            ConsentRequest::Start
        } else {
            ConsentRequest::Stop
        };
        let entry = typed(&fixture, request, n.into(), n);
        let fixture = fixture.clone();
        tokio::spawn(async move { record(&fixture, &[entry.clone(), entry]).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no task panics");
    }
    assert_eq!(log(&fixture, None).await.len(), 20);
    fixture.send(1).await;
    record(&fixture, &[typed(&fixture, ConsentRequest::Stop, 21, 21)]).await;
    let refused = Admission::Refused(Refusal::RecipientOptedOut);
    assert_eq!(fixture.admit(&fixture.attempt(1)).await, refused);
}
