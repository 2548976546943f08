//! `CheckMessageStatus`: reports a message to its own account only.

use otp_core::ids::MessageId;
use otp_core::message::MessageStatus;
use otp_core::ports::SendError;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::check_message_status::{
    CheckMessageStatus, CheckMessageStatusError, CheckMessageStatusRequest,
};
use otp_core::usecases::send_message::SendMessageError;
use otp_testkit::ScriptedSender;
use otp_testkit::contract::fixture::{START, recipient};
use otp_testkit::sender::{failure, refusal};

use otp_testkit::World;

fn use_case(world: &World) -> CheckMessageStatus {
    CheckMessageStatus {
        messages: world.fixture.store.clone(),
        sealers: world.fixture.sealers(),
    }
}

fn request(caller: Caller, id: MessageId) -> CheckMessageStatusRequest {
    CheckMessageStatusRequest { caller, id }
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
        .execute(request(world.caller(), sent.id))
        .await
        .expect("report");
    assert_eq!((report.id, report.status), (sent.id, MessageStatus::Sent));
    assert_eq!(
        (report.to, report.created_at),
        (Some(recipient(1).into()), START)
    );
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
        .execute(request(world.caller(), id))
        .await
        .expect("report");
    assert_eq!(report.status, MessageStatus::Failed);
    assert_eq!(
        (report.failure, report.failed_at),
        (Some(failure(131_026)), Some(START))
    );
}

#[tokio::test]
async fn a_message_of_another_account_is_not_found() {
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
        .execute(request(stranger, sent.id))
        .await
        .expect_err("not found");
    assert!(matches!(error, CheckMessageStatusError::NotFound));
}

#[tokio::test]
async fn an_erased_message_and_one_without_its_accounts_key_have_no_number() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    for number in [1, 2] {
        let sent = world.send_message.execute(world.request(number)).await;
        let id = sent.expect("sent").id;
        if number == 1 {
            let recipient = (fixture.account, fixture.sealer.index(&recipient(1)));
            let erased = fixture.store.erase_recipient(recipient).await;
            assert_eq!(erased.expect("erased"), 1);
        } else {
            let deleted = fixture.store.delete_account_key(fixture.account).await;
            assert!(deleted.expect("deleted"));
        }
        let report = use_case(&world).execute(request(world.caller(), id)).await;
        let report = report.expect("report");
        assert_eq!((report.to, report.status), (None, MessageStatus::Sent));
    }
    let refused = world.send_message.execute(world.request(3)).await;
    assert!(matches!(
        refused,
        Err(SendMessageError::SenderNumberNotFound)
    ));
}
