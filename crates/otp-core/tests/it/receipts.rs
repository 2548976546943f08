//! `ApplyReceipts` and `ExpirePendingMessages`, over a store in memory and a manual clock.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::MessageId;
use otp_core::message::{Message, MessageStatus, ProviderMessageId};
use otp_core::ports::{
    Clock, Messages, MockDirectory, MockReceipts, MockRecipientIdentities, MockSendLedger,
    PortError, SendError,
};
use otp_core::receipt::{DeliveryReceipt, DroppedReceipts, MessageReference, Report};
use otp_core::recipient_identity::ProviderIdentities;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::expire_pending_messages::{ExpirePendingMessages, ExpiryRound};
use otp_testkit::ScriptedSender;
use otp_testkit::sender::{accepted, failure};

use otp_testkit::World;
use otp_testkit::world::PHONE_NUMBER_ID;

fn apply(world: &World) -> ApplyReceipts {
    world.apply_receipts()
}

fn expire(world: &World) -> ExpirePendingMessages {
    ExpirePendingMessages::new(world.apply_receipts(), world.fixture.clock.clone())
}

fn receipt(world: &World, id: Option<MessageId>, wamid: &str, report: Report) -> DeliveryReceipt {
    let wamid = ProviderMessageId(wamid.to_owned());
    let provider_index = world.fixture.installation.provider_message_index(&wamid);
    let now = world.fixture.clock.now();
    DeliveryReceipt {
        reference: MessageReference {
            phone_number_id: ProviderId::parse(PHONE_NUMBER_ID).expect("digits"),
            message_id: id,
            provider_index,
        },
        report,
        recipient: ProviderIdentities::default(),
        provider_time: now,
        received_at: now,
    }
}

async fn message(world: &World, id: MessageId) -> Message {
    let found = Messages::find(&*world.fixture.store, world.fixture.account, id).await;
    found.expect("find").expect("the message")
}

#[tokio::test]
async fn receipts_update_the_message_they_are_about() {
    let world = World::with_provider(ScriptedSender::answering([Ok(accepted("wamid.A"))])).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    let receipts = vec![
        receipt(&world, None, "wamid.A", Report::Delivered),
        receipt(&world, Some(sent.id), "wamid.A", Report::Read),
        receipt(&world, Some(sent.id), "wamid.A", Report::Sent),
    ];
    apply(&world).execute(receipts).await.expect("applied");
    assert_eq!(message(&world, sent.id).await.status, MessageStatus::Read);
}

#[tokio::test]
async fn an_accounts_key_is_looked_up_once_and_only_for_receipts_that_name_a_person() {
    for (user_id, look_ups) in [(None, 0), (Some("SA.1"), 1)] {
        let world = World::with_provider(ScriptedSender::answering([Ok(accepted("wamid.A"))]));
        let world = world.await;
        let sent = world.send_message.execute(world.request(1)).await;
        let id = sent.expect("sent").id;
        let mut directory = MockDirectory::new();
        let find = directory.expect_find_account_key().times(look_ups);
        find.returning(|_| Ok(None));
        let apply = ApplyReceipts {
            sealers: AccountSealers {
                directory: Arc::new(directory),
                ..world.fixture.sealers()
            },
            ..apply(&world)
        };
        let named = |report| DeliveryReceipt {
            recipient: ProviderIdentities::new(user_id, None),
            ..receipt(&world, Some(id), "wamid.A", report)
        };
        let receipts = vec![named(Report::Sent), named(Report::Delivered)];
        apply.execute(receipts).await.expect("applied");
        assert_eq!(message(&world, id).await.status, MessageStatus::Delivered);
    }
}

#[tokio::test]
async fn a_receipt_decides_an_outcome_that_the_send_left_unknown() {
    let world = World::with_provider(ScriptedSender::answering([Err(SendError::Unknown)])).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("pending");
    let failed = receipt(
        &world,
        Some(sent.id),
        "wamid.A",
        Report::Failed(failure(131_026)),
    );
    apply(&world).execute(vec![failed]).await.expect("applied");
    assert_eq!(message(&world, sent.id).await.status, MessageStatus::Failed);
    assert_eq!(world.fixture.balance().await, 10);
    world
        .send_message
        .execute(world.request(1))
        .await
        .expect("a failure starts no cooldown");
}

/// A receipt as the owner of another number could make the provider sign it.
fn from_number(digits: &str, receipt: DeliveryReceipt) -> DeliveryReceipt {
    let phone_number_id = ProviderId::parse(digits).expect("digits");
    DeliveryReceipt {
        reference: MessageReference {
            phone_number_id,
            ..receipt.reference
        },
        ..receipt
    }
}

async fn kept(world: &World) -> usize {
    let listed = world.fixture.store.list_unmatched(9).await;
    listed.expect("listed").len()
}

#[tokio::test]
async fn a_receipt_of_another_sender_or_another_message_changes_nothing() {
    let world = World::with_provider(ScriptedSender::answering([Ok(accepted("wamid.A"))])).await;
    let sent = world.send_message.execute(world.request(1)).await;
    let id = sent.expect("sent").id;
    let failed = |id, wamid| receipt(&world, id, wamid, Report::Failed(failure(131_026)));
    let forged = vec![
        from_number("8", failed(Some(id), "wamid.A")),
        from_number("8", failed(Some(id), "wamid.Z")),
        from_number("8", failed(None, "wamid.A")),
        failed(Some(id), "wamid.Z"),
    ];
    let mut identities = MockRecipientIdentities::new();
    identities.expect_recall().never();
    let naming = |receipt| DeliveryReceipt {
        recipient: ProviderIdentities::new(Some("SA.1"), None),
        ..receipt
    };
    let apply_forged = ApplyReceipts {
        identities: Arc::new(identities),
        ..apply(&world)
    };
    let forged = forged.into_iter().map(naming).collect();
    let dropped = apply_forged.execute(forged).await.expect("applied");
    let expected = DroppedReceipts {
        other_sender: 3,
        other_message: 1,
        unknown_sender: 0,
    };
    assert_eq!(dropped, expected);
    assert_eq!(message(&world, id).await.status, MessageStatus::Sent);
    assert_eq!((world.fixture.balance().await, kept(&world).await), (9, 0));

    let real = vec![failed(Some(id), "wamid.A")];
    let dropped = apply(&world).execute(real).await.expect("applied");
    assert_eq!(dropped, DroppedReceipts::default());
    assert_eq!(message(&world, id).await.status, MessageStatus::Failed);
}

#[tokio::test]
async fn before_the_providers_id_is_known_the_sender_alone_decides() {
    let world = World::with_provider(ScriptedSender::answering([Err(SendError::Unknown)])).await;
    let sent = world.send_message.execute(world.request(1)).await;
    let id = sent.expect("pending").id;
    let delivered = || receipt(&world, Some(id), "wamid.A", Report::Delivered);
    let forged = vec![from_number("8", delivered())];
    let dropped = apply(&world).execute(forged).await.expect("applied");
    assert_eq!(dropped.other_sender, 1);
    assert_eq!(message(&world, id).await.status, MessageStatus::Pending);
    let real = vec![delivered()];
    let dropped = apply(&world).execute(real).await.expect("applied");
    assert_eq!(dropped.total(), 0);
    assert_eq!(message(&world, id).await.status, MessageStatus::Delivered);
}

#[tokio::test]
async fn receipts_of_numbers_that_are_not_ours_are_not_kept() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let stray = || receipt(&world, None, "wamid.Z", Report::Delivered);
    let receipts = vec![from_number("8", stray()), stray()];
    let dropped = apply(&world).execute(receipts).await.expect("applied");
    assert_eq!((dropped.unknown_sender, dropped.total()), (1, 1));
    assert_eq!(kept(&world).await, 1);
}

#[tokio::test]
async fn a_kept_receipt_is_judged_when_its_message_is_known() {
    let world = World::with_provider(ScriptedSender::answering([Ok(accepted("wamid.A"))])).await;
    let other = ProviderId::parse("8").expect("digits");
    let partner = world.fixture.another_account().await;
    world.fixture.add_sender(partner, other).await;
    let early = receipt(&world, None, "wamid.A", Report::Failed(failure(131_026)));
    let early = vec![from_number("8", early)];
    let dropped = apply(&world).execute(early).await.expect("kept");
    assert_eq!((dropped.total(), kept(&world).await), (0, 1));

    let sent = world.send_message.execute(world.request(1)).await;
    let id = sent.expect("sent").id;
    let round = expire(&world).execute().await.expect("a round");
    let dropped = DroppedReceipts {
        other_sender: 1,
        ..DroppedReceipts::default()
    };
    assert_eq!((round.dropped, round.matched), (dropped, 0));
    assert_eq!(kept(&world).await, 0);
    assert_eq!(message(&world, id).await.status, MessageStatus::Sent);
}

#[tokio::test]
async fn a_receipt_of_an_unknown_message_waits_for_it() {
    let world = World::with_provider(ScriptedSender::answering([Ok(accepted("wamid.A"))])).await;
    let early = receipt(&world, None, "wamid.A", Report::Delivered);
    apply(&world).execute(vec![early]).await.expect("kept");
    let mut expire = expire(&world);
    let nothing = ExpiryRound {
        searched_all: true,
        ..ExpiryRound::default()
    };
    assert_eq!(expire.execute().await.expect("a round"), nothing);

    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    let round = expire.execute().await.expect("a round");
    assert_eq!(
        round,
        ExpiryRound {
            matched: 1,
            ..ExpiryRound::default()
        }
    );
    assert_eq!(
        message(&world, sent.id).await.status,
        MessageStatus::Delivered
    );
    assert_eq!(
        expire.execute().await.expect("a round"),
        ExpiryRound::default()
    );
}

#[tokio::test]
async fn a_receipt_that_never_finds_its_message_is_forgotten_after_a_week() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let stray = receipt(&world, None, "wamid.Z", Report::Delivered);
    apply(&world).execute(vec![stray]).await.expect("kept");
    let mut expire = expire(&world);
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    world.fixture.clock.advance(week);
    expire.execute().await.expect("a round");
    assert_eq!(
        world
            .fixture
            .store
            .list_unmatched(9)
            .await
            .expect("listed")
            .len(),
        1
    );
    world.fixture.clock.advance(Duration::from_millis(1));
    expire.execute().await.expect("a round");
    assert_eq!(
        world
            .fixture
            .store
            .list_unmatched(9)
            .await
            .expect("listed")
            .len(),
        0
    );
}

#[tokio::test]
async fn a_message_still_pending_after_its_lifetime_fails_once_and_its_credits_are_refunded() {
    let unknown = [
        Err(SendError::Unknown),
        Err(SendError::Unknown),
        Ok(accepted("wamid.C")),
    ];
    let world = World::with_provider(ScriptedSender::answering(unknown)).await;
    let pending = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("pending");
    let decided = world
        .send_message
        .execute(world.request(2))
        .await
        .expect("pending");
    let sent = world
        .send_message
        .execute(world.request(3))
        .await
        .expect("sent");
    let delivered = receipt(&world, Some(decided.id), "wamid.B", Report::Delivered);
    apply(&world)
        .execute(vec![delivered])
        .await
        .expect("applied");

    // Two processes run rounds, a millisecond before the lifetime ends and when it ends.
    let mut sweepers = [expire(&world), expire(&world)];
    world.fixture.clock.advance(Duration::from_millis(599_999));
    for sweeper in &mut sweepers {
        assert_eq!(sweeper.execute().await.expect("a round").expired, 0);
    }
    world.fixture.clock.advance(Duration::from_millis(1));
    for (sweeper, expired) in sweepers.iter_mut().zip([1, 0]) {
        assert_eq!(sweeper.execute().await.expect("a round").expired, expired);
    }
    let failed = message(&world, pending.id).await;
    assert_eq!(failed.status, MessageStatus::Failed);
    assert_eq!(
        failed.failure.map(|failure| failure.title),
        Some("Expired".to_owned())
    );
    assert_eq!(
        message(&world, decided.id).await.status,
        MessageStatus::Delivered
    );
    assert_eq!(message(&world, sent.id).await.status, MessageStatus::Sent);
    assert_eq!(world.fixture.balance().await, 8);
    world.fixture.assert_ledger_balances().await;

    // The provider had accepted it after all, so it is paid for.
    let late = receipt(&world, Some(pending.id), "wamid.A", Report::Delivered);
    apply(&world).execute(vec![late]).await.expect("applied");
    assert_eq!(
        message(&world, pending.id).await.status,
        MessageStatus::Delivered
    );
    assert_eq!(world.fixture.balance().await, 7);
}

#[tokio::test]
async fn an_unavailable_store_is_an_error_so_that_the_provider_repeats_the_call() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut receipts = MockReceipts::new();
    receipts
        .expect_locate()
        .returning(|_| Err(PortError::Unavailable("gone".into())));
    let mut ledger = MockSendLedger::new();
    ledger.expect_settle().never();
    let apply = ApplyReceipts {
        receipts: Arc::new(receipts),
        ledger: Arc::new(ledger),
        ..world.apply_receipts()
    };
    let stray = receipt(&world, None, "wamid.Z", Report::Delivered);
    assert!(matches!(
        apply.execute(vec![stray]).await,
        Err(PortError::Unavailable(_))
    ));
    apply.execute(Vec::new()).await.expect("nothing to do");
}
