//! `CheckMessageStatus`: what the caller may know, and nobody else.

use otp_core::message::MessageStatus;
use otp_core::ports::SendError;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::check_message_status::{CheckMessageStatus, CheckMessageStatusError};
use otp_core::usecases::send_message::SendMessageError;
use otp_testkit::ScriptedSender;
use otp_testkit::contract::fixture::{START, recipient};
use otp_testkit::sender::{failure, refusal};

use crate::world::World;

fn use_case(world: &World) -> CheckMessageStatus {
    CheckMessageStatus::new(world.fixture.store.clone(), world.fixture.sealer.clone())
}

#[tokio::test]
async fn a_sent_message_is_reported_with_its_number_and_no_failure() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    let report = use_case(&world)
        .execute(world.caller(), sent.id)
        .await
        .expect("report");
    assert_eq!((report.id, report.status), (sent.id, MessageStatus::Sent));
    assert_eq!((report.to, report.created_at), (recipient(1), START));
    assert_eq!((report.failure, report.failed_at), (None, None));
}

#[tokio::test]
async fn a_failed_message_is_reported_with_its_failure() {
    let refused = Err(SendError::Refused(refusal(400, 131_026)));
    let world = World::with_provider(ScriptedSender::answering([refused])).await;
    let error = world
        .send_message
        .execute(world.request(1))
        .await
        .expect_err("refused");
    let SendMessageError::RefusedByProvider { id, .. } = error else {
        panic!("{error:?}")
    };
    let report = use_case(&world)
        .execute(world.caller(), id)
        .await
        .expect("report");
    assert_eq!(report.status, MessageStatus::Failed);
    assert_eq!(
        (report.failure, report.failed_at),
        (Some(failure(131_026)), Some(START))
    );
}

#[tokio::test]
async fn a_foreign_message_is_not_found() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    let stranger = Caller {
        account_id: world.fixture.another_account().await,
        ..world.caller()
    };
    let error = use_case(&world)
        .execute(stranger, sent.id)
        .await
        .expect_err("not found");
    assert!(matches!(error, CheckMessageStatusError::NotFound));
}
