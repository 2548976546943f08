//! `RecordConsent`, and the identities that `ApplyReceipts` stores for it, over a store in memory and a
//! manual clock.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::message::ProviderMessageId;
use otp_core::opt_out::{ConsentRequest, ConsentSource, InboundConsent};
use otp_core::ports::{
    AnsweredMessage, Clock, ConsentTargets, MockOptOuts, MockReceipts, MockRecipientIdentities,
    MockSendLedger, PortError, Recalled, StoredRecipient,
};
use otp_core::receipt::{
    DeliveryReceipt, LocatedMessage, MessageReference, ReceiptFacts, Report, ReportedMessage,
};
use otp_core::recipient_identity::ProviderIdentities;
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::enter_consent::{EnterConsent, EnterConsentError, EnteredConsent};
use otp_core::usecases::expire_pending_messages::ExpirePendingMessages;
use otp_core::usecases::record_consent::{KeptConsents, MAX_UNRESOLVED, RecordConsent};
use otp_core::usecases::show_consent::ShowConsent;
use otp_testkit::ScriptedSender;
use otp_testkit::contract::fixture::recipient;

use otp_testkit::World;
use otp_testkit::world::PHONE_NUMBER_ID;
use uuid::Uuid;

async fn world() -> World {
    World::with_provider(ScriptedSender::default()).await
}

fn take(world: &World) -> RecordConsent {
    world.record_consent()
}

fn index(world: &World, wamid: &str) -> ProviderMessageIndex {
    let id = ProviderMessageId(wamid.to_owned());
    world.fixture.installation.provider_message_index(&id)
}

fn user(id: &str) -> ProviderIdentities {
    ProviderIdentities::new(Some(id), None)
}

/// A STOP from a person who is known by a user id only.
pub(crate) fn stop(world: &World, message: &str, user_id: &str) -> InboundConsent {
    let now = world.fixture.clock.now();
    InboundConsent {
        request: ConsentRequest::Stop,
        source: ConsentSource::Typed,
        phone_number_id: ProviderId::parse("106540352242922").ok(),
        message: index(world, message),
        context: None,
        from: user(user_id),
        number: None,
        provider_time: now,
        received_at: now,
    }
}

/// A receipt of a send that identifies its recipient.
pub(crate) fn introducing(world: &World, attempt: &SendAttempt, user_id: &str) -> DeliveryReceipt {
    let now = world.fixture.clock.now();
    DeliveryReceipt {
        reference: MessageReference {
            phone_number_id: ProviderId::parse(PHONE_NUMBER_ID).expect("digits"),
            message_id: Some(attempt.message_id),
            provider_index: index(world, "wamid.A"),
        },
        report: Report::Delivered,
        recipient: user(user_id),
        provider_time: now,
        received_at: now,
    }
}

async fn apply(world: &World, receipt: DeliveryReceipt) {
    let applied = world.apply_receipts().execute(vec![receipt]).await;
    applied.expect("applied");
}

pub(crate) async fn is_opted_out(world: &World, number: u32) -> bool {
    let attempt = world.fixture.attempt(number);
    world.fixture.admit(&attempt).await == Admission::Refused(Refusal::RecipientOptedOut)
}

#[tokio::test]
async fn a_user_id_is_known_from_a_receipt() {
    let world = world().await;
    let sent = world.fixture.send(1).await;
    apply(&world, introducing(&world, &sent, "SA.1")).await;
    let request = stop(&world, "wamid.M", "SA.1");
    take(&world).execute(vec![request]).await.expect("taken");
    assert!(is_opted_out(&world, 1).await);
    assert!(!is_opted_out(&world, 2).await);
    let log = world.fixture.store.consent_log(world.fixture.account, None);
    let log = log.await.expect("log");
    assert_eq!(log[0].recipient_index, sent.recipient_index);
}

#[tokio::test]
async fn a_receipt_that_waited_for_its_message_introduces_its_recipient_too() {
    let world = world().await;
    let sent = world.fixture.send(1).await;
    let early = introducing(&world, &sent, "SA.1");
    let by_wamid = DeliveryReceipt {
        reference: MessageReference {
            message_id: None,
            ..early.reference
        },
        ..early
    };
    apply(&world, by_wamid).await;
    let id = ProviderMessageId("wamid.A".to_owned());
    let fixture = &world.fixture;
    let sealed = world.seal_provider_message_id(&sent, &id);
    fixture.settle(&sent, Outcome::Accepted(sealed)).await;
    let mut expire = ExpirePendingMessages::new(world.apply_receipts(), fixture.clock.clone());
    assert_eq!(expire.execute().await.expect("a round").matched, 1);
    let request = stop(&world, "wamid.M", "SA.1");
    take(&world).execute(vec![request]).await.expect("taken");
    assert!(is_opted_out(&world, 1).await);
}

/// A user id belongs to the recipient it was last seen with.
#[tokio::test]
async fn the_newest_receipt_determines_the_recipient_of_a_user_id() {
    let world = world().await;
    let (before, after) = (world.fixture.send(1).await, world.fixture.send(2).await);
    let early = introducing(&world, &before, "SA.1");
    world.fixture.clock.advance(Duration::from_secs(60));
    apply(&world, introducing(&world, &after, "SA.1")).await;
    apply(&world, early).await;
    let request = stop(&world, "wamid.M", "SA.1");
    take(&world).execute(vec![request]).await.expect("taken");
    assert!(is_opted_out(&world, 2).await);
    assert!(!is_opted_out(&world, 1).await);
}

#[tokio::test]
async fn a_request_that_arrives_before_its_receipt_waits_and_is_recorded_once() {
    let world = world().await;
    let take = take(&world);
    let sent = world.fixture.send(1).await;
    let requests = vec![
        stop(&world, "wamid.M", "SA.1"),
        stop(&world, "wamid.N", "SA.2"),
    ];
    take.execute(requests.clone()).await.expect("kept");
    take.execute(requests).await.expect("kept once");
    let waiting = |resolved, waiting| KeptConsents {
        resolved,
        waiting,
        dropped: 0,
    };
    assert_eq!(take.resolve_kept().await.expect("a round"), waiting(0, 2));
    assert!(!is_opted_out(&world, 1).await);
    apply(&world, introducing(&world, &sent, "SA.1")).await;
    // Two processes run at the same time.
    let (one, other) = tokio::join!(take.resolve_kept(), take.resolve_kept());
    assert!(one.is_ok() && other.is_ok());
    assert!(is_opted_out(&world, 1).await);
    assert_eq!(take.resolve_kept().await.expect("a round"), waiting(0, 1));
    let log = world.fixture.store.consent_log(world.fixture.account, None);
    assert_eq!(log.await.expect("log").len(), 1);
}

/// A number without messages may be another spelling, so it is opted out and the request waits as well.
#[tokio::test]
async fn a_number_without_messages_is_opted_out_and_so_is_the_recipient_a_receipt_identifies() {
    let world = world().await;
    let take = take(&world);
    let request = InboundConsent {
        number: Some(recipient(7)),
        ..stop(&world, "wamid.M", "SA.1")
    };
    take.execute(vec![request]).await.expect("taken");
    assert!(is_opted_out(&world, 7).await);
    let sent = world.fixture.send(1).await;
    apply(&world, introducing(&world, &sent, "SA.1")).await;
    let round = take.resolve_kept().await;
    let resolved = KeptConsents {
        resolved: 1,
        ..KeptConsents::default()
    };
    assert_eq!(round.expect("a round"), resolved);
    assert!(is_opted_out(&world, 1).await);
}

#[tokio::test]
async fn at_most_a_thousand_requests_wait_for_at_most_three_months() {
    let world = world().await;
    let take = take(&world);
    let many = (0..=MAX_UNRESOLVED).map(|n| stop(&world, &format!("wamid.{n}"), "SA.1"));
    take.execute(many.collect()).await.expect("kept");
    let clock = &*world.fixture.clock;
    let round = take.resolve_kept().await.expect("a round");
    assert_eq!((round.waiting, round.dropped), (MAX_UNRESOLVED, 1));
    clock.advance(Duration::from_secs(90 * 24 * 60 * 60));
    let round = take.resolve_kept().await.expect("a round");
    assert_eq!((round.waiting, round.dropped), (MAX_UNRESOLVED, 0));
    clock.advance(Duration::from_millis(1));
    let round = take.resolve_kept().await.expect("a round");
    assert_eq!((round.waiting, round.dropped), (0, MAX_UNRESOLVED));
}

#[tokio::test]
async fn a_known_identity_of_a_recipient_is_not_written_again() {
    let world = world().await;
    let sent = world.fixture.send(1).await;
    let receipt = introducing(&world, &sent, "SA.1");
    let facts = ReceiptFacts::Known(ReportedMessage {
        message: LocatedMessage {
            message_id: sent.message_id,
            account_id: sent.account_id,
        },
        phone_number_id: Some(receipt.reference.phone_number_id.clone()),
        provider_index: None,
    });
    let mut receipts = MockReceipts::new();
    receipts
        .expect_locate()
        .returning(move |references| Ok(vec![facts.clone(); references.len()]));
    let mut ledger = MockSendLedger::new();
    ledger.expect_settle().times(1).returning(|_| Ok(()));
    let mut identities = MockRecipientIdentities::new();
    let known = (sent.recipient_index, receipt.provider_time);
    let recalled = Recalled {
        account_id: sent.account_id,
        recipient_index: sent.recipient_index,
        known: Some(known),
    };
    identities.expect_recall().times(1).returning(move |asked| {
        assert_eq!(asked.len(), 1, "one look-up for both receipts");
        Ok(vec![Some(recalled)])
    });
    identities.expect_remember().never();
    let apply = ApplyReceipts {
        receipts: Arc::new(receipts),
        ledger: Arc::new(ledger),
        identities: Arc::new(identities),
        ..world.apply_receipts()
    };
    let twice = vec![receipt.clone(), receipt];
    apply.execute(twice).await.expect("applied");
}

#[tokio::test]
async fn a_request_that_cannot_be_recorded_or_kept_is_an_error_so_that_the_provider_repeats_it() {
    let world = world().await;
    let number = ProviderId::parse("106540352242922").expect("digits");
    let ours = ConsentTargets {
        accounts: HashMap::from([(number, BTreeSet::from([world.fixture.account]))]),
        ..ConsentTargets::default()
    };
    let not_ours = ConsentTargets::default();
    // The targets that the store returns, and whether the provider is acknowledged.
    for (targets, is_taken) in [(None, false), (Some(ours), false), (Some(not_ours), true)] {
        let mut opt_outs = MockOptOuts::new();
        let away = || PortError::Unavailable("gone".into());
        opt_outs
            .expect_find_consent_targets()
            .returning(move |_, _| targets.clone().ok_or_else(away));
        opt_outs
            .expect_keep_unresolved()
            .returning(move |_| Err(away()));
        let take = RecordConsent {
            opt_outs: Arc::new(opt_outs),
            ..world.record_consent()
        };
        let taken = take.execute(vec![stop(&world, "wamid.M", "SA.1")]).await;
        assert_eq!(taken.is_ok(), is_taken);
    }
}

/// Two accounts send from one number to one person. Their indexes of that person are unrelated, but a
/// STOP that answers a message of one account stops both.
#[tokio::test]
async fn a_stop_counts_for_each_account_that_uses_the_number() {
    let world = world().await;
    let fixture = &world.fixture;
    let partner = fixture.another_account().await;
    let partners_key = fixture.another_key(partner).await;
    fixture.grant_to(partner, 5).await;
    world.add_sender_of(partner, &["en"]).await;
    let sent = fixture.send(1).await;
    let id = ProviderMessageId("wamid.A".to_owned());
    let accepted = Outcome::Accepted(world.seal_provider_message_id(&sent, &id));
    fixture.settle(&sent, accepted).await;
    let partners_sealer = fixture.sealer_of(partner).await;
    let partners_index = partners_sealer.index(&recipient(1));
    assert_ne!(partners_index, sent.recipient_index);

    let answer = InboundConsent {
        context: Some(index(&world, "wamid.A")),
        ..stop(&world, "wamid.M", "SA.1")
    };
    take(&world).execute(vec![answer]).await.expect("taken");
    assert!(is_opted_out(&world, 1).await);
    let of_partner = SendAttempt {
        account_id: partner,
        api_key_id: partners_key,
        recipient_index: partners_index,
        ..fixture.attempt(1)
    };
    let refused = Admission::Refused(Refusal::RecipientOptedOut);
    assert_eq!(fixture.admit(&of_partner).await, refused);
}

#[tokio::test]
async fn an_operator_enters_a_request_for_a_known_account() {
    let world = world().await;
    let enter = EnterConsent {
        opt_outs: world.fixture.store.clone(),
        sealers: world.fixture.sealers(),
        clock: world.fixture.clock.clone(),
    };
    let entered = |request| EnteredConsent {
        account_id: world.fixture.account,
        recipient: recipient(1),
        request,
    };
    for (request, opted_out) in [(ConsentRequest::Stop, true), (ConsentRequest::Start, false)] {
        enter.execute(entered(request)).await.expect("entered");
        assert_eq!(is_opted_out(&world, 1).await, opted_out);
    }
    let stranger = EnteredConsent {
        account_id: AccountId(Uuid::from_u128(9)),
        ..entered(ConsentRequest::Stop)
    };
    let unknown = enter.execute(stranger).await;
    assert!(matches!(unknown, Err(EnterConsentError::AccountNotFound)));
}

/// The message it answers tells who that is; a later request need not answer one.
#[tokio::test]
async fn an_answer_makes_its_author_known() {
    let world = world().await;
    let sent = world.fixture.send(1).await;
    let id = ProviderMessageId("wamid.A".to_owned());
    let accepted = Outcome::Accepted(world.seal_provider_message_id(&sent, &id));
    world.fixture.settle(&sent, accepted).await;
    let answer = InboundConsent {
        context: Some(index(&world, "wamid.A")),
        ..stop(&world, "wamid.M", "SA.1")
    };
    take(&world).execute(vec![answer]).await.expect("taken");
    assert!(is_opted_out(&world, 1).await);
    world.fixture.clock.advance(Duration::from_secs(1));
    let start = InboundConsent {
        request: ConsentRequest::Start,
        ..stop(&world, "wamid.N", "SA.1")
    };
    take(&world).execute(vec![start]).await.expect("taken");
    assert!(!is_opted_out(&world, 1).await);
}

/// An account's own message has the index of its recipient: nothing has to be opened.
#[tokio::test]
async fn an_answer_counts_although_the_recipient_of_its_message_cannot_be_read() {
    let world = world().await;
    let sent = world.fixture.attempt(1);
    let answered = AnsweredMessage {
        account_id: sent.account_id,
        recipient_index: Some(sent.recipient_index),
        recipient: Some(StoredRecipient {
            message_id: sent.message_id,
            sealed: Sealed(vec![0]),
        }),
    };
    let id = index(&world, "wamid.A");
    let targets = ConsentTargets {
        answered: HashMap::from([(id, answered)]),
        ..ConsentTargets::default()
    };
    let mut opt_outs = MockOptOuts::new();
    let find_targets = opt_outs.expect_find_consent_targets();
    find_targets.return_once(move |_, _| Ok(targets));
    let find_contacted = opt_outs.expect_find_contacted();
    find_contacted.returning(|_| Ok(HashMap::new()));
    let record = opt_outs.expect_record_consent().times(1);
    record.return_once(move |entries| {
        let found: Vec<_> = entries.iter().map(|entry| entry.recipient_index).collect();
        assert_eq!(found, [sent.recipient_index]);
        Ok(())
    });
    let take = RecordConsent {
        opt_outs: Arc::new(opt_outs),
        ..world.record_consent()
    };
    let answer = InboundConsent {
        context: Some(id),
        ..stop(&world, "wamid.M", "SA.1")
    };
    take.execute(vec![answer]).await.expect("taken");
}

#[tokio::test]
async fn an_operator_sees_the_numbers_that_messages_still_have() {
    let world = world().await;
    let fixture = &world.fixture;
    fixture.send(1).await;
    for number in [1, 2] {
        fixture.request(number, ConsentRequest::Stop).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    let show = ShowConsent {
        opt_outs: fixture.store.clone(),
        sealers: fixture.sealers(),
    };
    let index = |number| fixture.sealer.index(&recipient(number));
    let opt_outs = show.opt_outs(fixture.account).await.expect("shown");
    let opt_outs: Vec<_> = opt_outs
        .into_iter()
        .map(|shown| (shown.of.recipient_index, shown.recipient))
        .collect();
    let with_message = (index(1), Some(recipient(1).into()));
    let without = (index(2), None);
    assert_eq!(opt_outs, [without.clone(), with_message.clone()]);
    let (second, stranger) = (recipient(2), AccountId(Uuid::from_u128(9)));
    let named = (index(2), Some(second.clone().into()));
    for (account, of, expected) in [
        (fixture.account, None, vec![with_message, without]),
        (fixture.account, Some(&second), vec![named]),
        (stranger, Some(&second), vec![]),
    ] {
        let log = show.log(account, of).await.expect("shown");
        let log = log.into_iter();
        let log = log.map(|shown| (shown.of.recipient_index, shown.recipient));
        assert_eq!(log.collect::<Vec<_>>(), expected, "{of:?}");
    }
}
