//! Promises on verifications: their admission, their checks and their end.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::{MessageId, VerificationId};
use otp_core::language::LanguageTag;
use otp_core::page::PagePosition;
use otp_core::ports::{Clock, Storage, VerificationKey};
use otp_core::sealing::{Purpose, Sealed};
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use otp_core::time::Timestamp;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};
use otp_core::verification::{
    Alphabet, CodeLength, Context, ContextText, Ended, NewVerification, VerificationOver,
    VerificationPart, VerificationQuery, VerificationRecord, VerificationStatus,
};

use super::fixture::{Fixture, START, recipient};
use crate::sender::accepted_outcome;

/// The code of every verification of the tests.
pub const CODE: &str = "482913";

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An attempt to create a verification of the `number`-th of the tests' recipients.
pub fn create(fixture: &Fixture, number: u32) -> SendAttempt {
    let attempt = fixture.attempt(number);
    let id = VerificationId::generate(attempt.at, &*fixture.randomness);
    let seal = |purpose, text: &str| {
        let sealer = &fixture.sealer;
        sealer.seal(purpose, id.0, text, &*fixture.randomness)
    };
    let new = NewVerification {
        id,
        recipient: seal(Purpose::VerificationRecipient, recipient(number).e164()),
        code_hash: fixture.sealer.hash_code(id, CODE),
        code: seal(Purpose::VerificationCode, CODE),
        alphabet: Alphabet::Numeric,
        code_length: CodeLength::DEFAULT,
        language: Some(LanguageTag::parse("ar").expect("language")),
        transaction: None,
        metadata: Some(seal(Purpose::VerificationMetadata, "order\u{0}17\u{0}")),
        expires_at: attempt.at + seconds(300),
        fallback: Vec::new(),
        context: fixture.sealer.hash_context(&context()),
    };
    SendAttempt {
        verification: Some(VerificationPart::Create(Box::new(new))),
        ..attempt
    }
}

/// The context of every verification of the tests.
fn context() -> Context {
    Context {
        user_id: Some(ContextText::parse("u-17").expect("a text")),
        ..Context::default()
    }
}

pub(super) fn resend(fixture: &Fixture, number: u32, id: VerificationId) -> SendAttempt {
    SendAttempt {
        verification: Some(VerificationPart::Resend(id)),
        ..fixture.attempt(number)
    }
}

/// The verification that an attempt begins.
pub fn new_of(attempt: &SendAttempt) -> &NewVerification {
    match &attempt.verification {
        Some(VerificationPart::Create(new)) => new,
        Some(VerificationPart::Resend(_) | VerificationPart::Fallback(..)) | None => {
            panic!("begins a verification")
        }
    }
}

/// Creates a verification that has to be admitted.
pub(super) async fn created(fixture: &Fixture, number: u32) -> SendAttempt {
    let attempt = create(fixture, number);
    let admission = fixture.admit(&attempt).await;
    let admitted = matches!(admission, Admission::AdmittedCode { .. });
    assert!(admitted, "{admission:?}");
    attempt
}

/// A check of a verification by this text.
pub fn guess(fixture: &Fixture, id: VerificationId, text: &str) -> CheckAttempt {
    let hash = fixture.sealer.hash_code(id, text);
    CheckAttempt {
        account_id: fixture.account,
        verification_id: id,
        exact: hash,
        in_capitals: hash,
        transaction: None,
        key: None,
        at: fixture.clock.now(),
    }
}

pub(super) async fn check(fixture: &Fixture, check: CheckAttempt) -> CheckVerdict {
    let verdicts = fixture.store.check_codes(Arc::from([check])).await;
    let mut verdicts = verdicts.expect("judged");
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0)
}

pub(super) fn is_approved(verdict: &CheckVerdict) -> bool {
    matches!(verdict, CheckVerdict::Approved { .. })
}

pub(super) async fn find(fixture: &Fixture, id: VerificationId) -> VerificationRecord {
    let key = VerificationKey::Id(id);
    let found = fixture
        .store
        .find_verification(fixture.account, key, fixture.clock.now());
    found.await.expect("found").expect("exists")
}

async fn ids(fixture: &Fixture, query: VerificationQuery) -> Vec<VerificationId> {
    let found = fixture.store.list_verifications(&query).await;
    let records = found.expect("listed").records;
    records.into_iter().map(|record| record.state.id).collect()
}

/// A query that every verification of the account matches.
pub fn everything(fixture: &Fixture) -> VerificationQuery {
    VerificationQuery {
        account_id: fixture.account,
        recipient: None,
        status: None,
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 100,
        examine: 100,
        now: fixture.clock.now(),
    }
}

/// A verification is recorded with its message, in the transaction that pays for it.
pub async fn a_new_verification_reads_back_with_its_message(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let attempt = create(&fixture, 1);
    let admission = fixture.admit(&attempt).await;
    let expected = Admission::AdmittedCode {
        attempts_left: 5,
        resend_at: START + seconds(30),
    };
    assert_eq!(admission, expected);
    let new = new_of(&attempt);
    let record = find(&fixture, new.id).await;
    let channel = record.state.channel;
    assert_eq!(record.state, attempt.begun(new, channel, 0));
    assert_eq!(record.api_key_id, attempt.api_key_id);
    assert_eq!(record.recipient.as_ref(), Some(&new.recipient));
    assert_eq!(record.code.as_ref(), Some(&new.code));
    assert_eq!(record.code_length, new.code_length);
    assert_eq!(record.language, new.language);
    assert_eq!(record.metadata, new.metadata);
    assert_eq!(record.context, new.context);
    let messages: Vec<_> = record.messages.iter().map(|message| message.id).collect();
    assert_eq!(messages, [attempt.message_id]);
    assert_eq!((record.checks.len(), record.failures.len()), (0, 0));
    assert_eq!(record.sends, [START]);

    let by_message = VerificationKey::Message(attempt.message_id);
    let find = |account, key| fixture.store.find_verification(account, key, START);
    let found = find(fixture.account, by_message).await.expect("found");
    assert_eq!(found, Some(record));
    let other = fixture.another_account().await;
    let unknown = VerificationId::generate(START, &*fixture.randomness);
    for (account, key) in [
        (other, by_message),
        (other, VerificationKey::Id(new.id)),
        (fixture.account, VerificationKey::Id(unknown)),
    ] {
        assert_eq!(find(account, key).await.expect("looked up"), None);
    }
    let plain = fixture.send(2).await;
    let key = VerificationKey::Message(plain.message_id);
    let found = find(fixture.account, key).await.expect("looked up");
    assert_eq!(found, None);
    assert_eq!(fixture.balance().await, 8);
}

/// An attempt that is refused or replayed leaves no verification behind.
pub async fn a_refused_or_replayed_verification_leaves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let key = fixture.attempt_with_key(1, 7).idempotency_key;
    let first = SendAttempt {
        idempotency_key: key,
        ..create(&fixture, 1)
    };
    let again = SendAttempt {
        idempotency_key: key,
        ..create(&fixture, 1)
    };
    let cooling = create(&fixture, 1);
    let admissions = fixture.admit_all(vec![first.clone(), again, cooling]).await;
    assert!(matches!(admissions[1], Admission::Replayed(_)));
    let is_cooling = matches!(
        admissions[2],
        Admission::Refused(Refusal::CoolingDown { .. })
    );
    assert!(is_cooling, "{admissions:?}");
    let listed = ids(&fixture, everything(&fixture)).await;
    assert_eq!(listed, [new_of(&first).id]);
}

/// A newer verification takes the place of the pending one, which then answers `Canceled`, and inherits
/// its wrong guesses.
pub async fn a_newer_verification_replaces_the_pending_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let first = new_of(&created(&fixture, 1).await).id;
    let other = new_of(&created(&fixture, 2).await).id;
    for left in [4, 3] {
        let verdict = check(&fixture, guess(&fixture, first, "000000")).await;
        assert_eq!(
            verdict,
            CheckVerdict::Incorrect {
                attempts_left: left
            }
        );
    }
    fixture.clock.advance(seconds(30));
    let second = create(&fixture, 1);
    let admission = fixture.admit(&second).await;
    let expected = Admission::AdmittedCode {
        attempts_left: 3,
        resend_at: fixture.clock.now() + seconds(60),
    };
    assert_eq!(admission, expected);
    let replaced = find(&fixture, first).await;
    assert_eq!(replaced.state.status, VerificationStatus::Canceled);
    assert_eq!(replaced.code, None);
    let verdict = check(&fixture, guess(&fixture, first, CODE)).await;
    assert_eq!(verdict, CheckVerdict::Over(VerificationOver::Canceled));
    let second = new_of(&second).id;
    let verdict = check(&fixture, guess(&fixture, second, "000000")).await;
    assert_eq!(verdict, CheckVerdict::Incorrect { attempts_left: 2 });
    assert!(is_approved(
        &check(&fixture, guess(&fixture, second, CODE)).await
    ));
    assert!(is_approved(
        &check(&fixture, guess(&fixture, other, CODE)).await
    ));
}

/// A resend adds a message to the verification and keeps its code.
pub async fn a_resend_adds_a_message_with_the_same_code(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let first = created(&fixture, 1).await;
    let id = new_of(&first).id;
    let before = find(&fixture, id).await;
    fixture.clock.advance(seconds(30));
    let second = resend(&fixture, 1, id);
    let admission = fixture.admit(&second).await;
    let expected = Admission::AdmittedCode {
        attempts_left: 5,
        resend_at: fixture.clock.now() + seconds(60),
    };
    assert_eq!(admission, expected);
    let after = find(&fixture, id).await;
    let messages: Vec<_> = after.messages.iter().map(|message| message.id).collect();
    assert_eq!(messages, [first.message_id, second.message_id]);
    assert_eq!((&after.code, &after.state), (&before.code, &before.state));
    assert_eq!(after.sends.len(), 2);
    assert_eq!(fixture.balance().await, 8);

    let foreign = VerificationId::generate(START, &*fixture.randomness);
    let refused = fixture.admit(&resend(&fixture, 2, foreign)).await;
    assert_eq!(refused, Admission::Refused(Refusal::VerificationNotFound));
    assert!(is_approved(
        &check(&fixture, guess(&fixture, id, CODE)).await
    ));
    fixture.clock.advance(seconds(60));
    let refused = fixture.admit(&resend(&fixture, 1, id)).await;
    let over = Refusal::VerificationOver(VerificationOver::Approved);
    assert_eq!(refused, Admission::Refused(over));
}

/// The account cancels its own pending verification, once.
pub async fn a_canceled_verification_has_no_code(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let id = new_of(&created(&fixture, 1).await).id;
    let other = fixture.another_account().await;
    let cancel = |account| {
        fixture
            .store
            .cancel_verification(account, id, fixture.clock.now())
    };
    let foreign = cancel(other).await.expect("judged");
    assert_eq!(foreign, Err(Uncancelable::NotFound));
    let canceled = cancel(fixture.account).await.expect("judged");
    assert_eq!(canceled, Ok(()));
    let record = find(&fixture, id).await;
    assert_eq!(record.state.status, VerificationStatus::Canceled);
    assert_eq!(record.code, None);
    let again = cancel(fixture.account).await.expect("judged");
    assert_eq!(
        again,
        Err(Uncancelable::Ended(Ended::Over(VerificationOver::Canceled)))
    );
    let verdict = check(&fixture, guess(&fixture, id, CODE)).await;
    assert_eq!(verdict, CheckVerdict::Over(VerificationOver::Canceled));
}

/// Verifications whose lifetime is over are recorded as expired, oldest first, and lose their codes.
pub async fn expired_verifications_lose_their_codes(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let mut created_ids = Vec::new();
    for number in 1..=3 {
        created_ids.push(new_of(&created(&fixture, number).await).id);
        fixture.clock.advance(seconds(1));
    }
    let approved = new_of(&created(&fixture, 4).await).id;
    assert!(is_approved(
        &check(&fixture, guess(&fixture, approved, CODE)).await
    ));
    let expire = |now, most| fixture.store.expire_verifications(now, most);
    let just_before = START + seconds(300) - Duration::from_millis(1);
    assert_eq!(expire(just_before, 9).await.expect("expired"), 0);
    let all_over = START + seconds(310);
    assert_eq!(expire(START + seconds(300), 9).await.expect("expired"), 1);
    assert_eq!(expire(all_over, 1).await.expect("expired"), 1);
    for (id, has_code) in created_ids.iter().zip([false, false, true]) {
        let record = find(&fixture, *id).await;
        assert_eq!(record.code.is_some(), has_code);
        let is_pending = record.state.status == VerificationStatus::Pending;
        assert_eq!(is_pending, has_code);
    }
    assert_eq!(expire(all_over, 9).await.expect("expired"), 1);
    assert_eq!(expire(all_over, 9).await.expect("expired"), 0);
    let status = find(&fixture, approved).await.state.status;
    assert_eq!(status, VerificationStatus::Approved);
}

/// Lists are newest first, of one account, and by recipient, time, status of the moment, and place.
pub async fn verifications_are_listed_by_what_is_asked(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let mut made = Vec::new();
    for number in [1, 2, 3, 1] {
        made.push(new_of(&created(&fixture, number).await).id);
        fixture.clock.advance(seconds(40));
    }
    let [first, second, third, fourth] = made[..] else {
        panic!("four are made");
    };
    assert!(is_approved(
        &check(&fixture, guess(&fixture, second, CODE)).await
    ));
    let all = everything(&fixture);
    let newest_first = [fourth, third, second, first];
    assert_eq!(ids(&fixture, all.clone()).await, newest_first);
    let of = |status| VerificationQuery {
        status: Some(status),
        ..all.clone()
    };
    for (status, expected) in [
        (VerificationStatus::Pending, vec![fourth, third]),
        (VerificationStatus::Approved, vec![second]),
        (VerificationStatus::Canceled, vec![first]),
        (VerificationStatus::Expired, vec![]),
    ] {
        assert_eq!(ids(&fixture, of(status)).await, expected, "{status:?}");
    }
    let later = VerificationQuery {
        now: START + seconds(385),
        ..of(VerificationStatus::Expired)
    };
    assert_eq!(ids(&fixture, later).await, [third], "not yet recorded");
    let of_one = VerificationQuery {
        recipient: Some(fixture.sealer.index(&recipient(1))),
        ..all.clone()
    };
    assert_eq!(ids(&fixture, of_one).await, [fourth, first]);
    let recent = VerificationQuery {
        since: START + seconds(80),
        ..all.clone()
    };
    assert_eq!(ids(&fixture, recent).await, [fourth, third]);
    let older = VerificationQuery {
        before: PagePosition {
            created_at: START + seconds(80),
            id: third.0,
        },
        limit: 1,
        ..all.clone()
    };
    assert_eq!(ids(&fixture, older).await, [second]);
    let short = VerificationQuery {
        examine: 2,
        ..of(VerificationStatus::Approved)
    };
    let found = fixture.store.list_verifications(&short).await;
    let found = found.expect("listed");
    assert_eq!(found.records, []);
    let end = PagePosition {
        created_at: START + seconds(80),
        id: third.0,
    };
    assert_eq!(found.examined_to, Some(end));
    let found = fixture.store.list_verifications(&all).await;
    for record in found.expect("listed").records {
        assert_eq!(find(&fixture, record.state.id).await, record);
    }
    let of_other = VerificationQuery {
        account_id: fixture.another_account().await,
        ..all
    };
    assert_eq!(ids(&fixture, of_other).await, []);
}

/// A message shows in its verification with the status it has.
pub async fn the_messages_of_a_verification_have_their_status(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let attempt = created(&fixture, 1).await;
    let outcome: Outcome = accepted_outcome("wamid.1");
    let expected = outcome.status();
    fixture.settle(&attempt, outcome).await;
    let record = find(&fixture, new_of(&attempt).id).await;
    let statuses: Vec<(MessageId, _)> = record
        .messages
        .iter()
        .map(|message| (message.id, message.status))
        .collect();
    assert_eq!(statuses, [(attempt.message_id, expected)]);
}

/// Erasing a recipient ends the pending verification and leaves nothing that identifies the person.
pub async fn an_erased_recipient_cannot_be_verified(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let attempt = created(&fixture, 1).await;
    let kept = new_of(&created(&fixture, 2).await).id;
    let id = new_of(&attempt).id;
    check(&fixture, guess(&fixture, id, "000000")).await;
    let erased = (fixture.account, attempt.recipient_index);
    fixture.store.erase_recipient(erased).await.expect("erased");
    let record = find(&fixture, id).await;
    assert_eq!(record.state.status, VerificationStatus::Canceled);
    let sealed: [&Option<Sealed>; 3] = [&record.recipient, &record.code, &record.metadata];
    assert_eq!(sealed, [&None; 3]);
    assert_eq!(record.context, None);
    assert_eq!(record.state.code_hash, None);
    assert_eq!(record.state.recipient_index, None);
    assert_eq!((record.failures.len(), record.checks.len()), (0, 1));
    let verdict = check(&fixture, guess(&fixture, id, CODE)).await;
    assert_eq!(verdict, CheckVerdict::Over(VerificationOver::Canceled));
    assert_eq!(
        fixture
            .store
            .expire_verifications(START + seconds(301), 9)
            .await
            .expect("expired"),
        1
    );
    let status = find(&fixture, kept).await.state.status;
    assert_eq!(status, VerificationStatus::Expired);
}
