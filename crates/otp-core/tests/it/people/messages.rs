//! The messages of a person's account.

use otp_core::api_key::ApiKeyMode;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::MessageStatus;
use otp_core::page::PageSize;
use otp_core::recipient::Recipient;
use otp_core::send::Outcome;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::browse_messages::{BrowseMessagesError, MessageFilter, Sought};
use otp_testkit::contract::fixture::recipient;
use otp_testkit::people::browse_messages;

use super::*;

async fn holder(gateway: &Gateway, address: &str) -> (Viewer, Caller) {
    let begun = gateway.signed_up(address).await;
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    let viewer = viewer.expect("signed in");
    let account = viewer.account.as_ref().expect("an account").id;
    (viewer, gateway.enable(account).await)
}

async fn test_caller(gateway: &Gateway, live: AccountId) -> Caller {
    let fixture = &gateway.world.fixture;
    let account_id = fixture.test_account(live).await;
    Caller {
        account_id,
        api_key_id: fixture.another_key(account_id).await,
    }
}

async fn listed(
    gateway: &Gateway,
    viewer: &Viewer,
    mode: ApiKeyMode,
    filter: MessageFilter,
) -> Vec<MessageId> {
    let browse = browse_messages(&gateway.world.fixture);
    let all = (None, PageSize::default());
    let found = browse
        .list(viewer, mode, filter, all)
        .await
        .expect("listed");
    let messages = found.page.items.iter();
    messages.map(|message| message.record.id).collect()
}

#[tokio::test]
async fn a_person_sees_the_messages_of_their_two_accounts_apart() {
    let gateway = Gateway::new().await;
    let (viewer, caller) = holder(&gateway, ADDRESS).await;
    let all = MessageFilter::default;
    for mode in ApiKeyMode::ALL {
        assert_eq!(listed(&gateway, &viewer, mode, all()).await, []);
    }
    let test = test_caller(&gateway, caller.account_id).await;
    let sent = [gateway.send(caller, 1).await, gateway.send(test, 1).await];
    let browse = browse_messages(&gateway.world.fixture);
    for (mode, id) in ApiKeyMode::ALL.into_iter().zip(sent) {
        assert_eq!(listed(&gateway, &viewer, mode, all()).await, [id]);
        let (found, shown) = browse.show(&viewer, id).await.expect("shown");
        assert_eq!((found, shown.message.record.id), (mode, id));
    }
}

#[tokio::test]
async fn a_message_is_found_by_its_id_whatever_its_age_and_by_its_recipient_in_the_period() {
    let gateway = Gateway::new().await;
    let (viewer, caller) = holder(&gateway, ADDRESS).await;
    let day = Duration::from_secs(24 * 60 * 60);
    let id = gateway.send(caller, 1).await;
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    gateway.report(caller.account_id, id, delivered).await;
    gateway.advance(2 * day);
    let filter = |sought, period, status| MessageFilter {
        sought: Some(sought),
        period,
        status,
    };
    let (by_id, by_number) = (
        Sought::Message(id),
        Sought::Recipient(Recipient::Phone(recipient(1))),
    );
    let failed = Some(MessageStatus::Failed);
    for (filter, is_found) in [
        (filter(by_id.clone(), Some(day), failed), true),
        (filter(by_number.clone(), Some(3 * day), None), true),
        (filter(by_number.clone(), Some(day), None), false),
        (filter(by_number, None, failed), false),
        (
            filter(
                Sought::Recipient(Recipient::Phone(recipient(2))),
                None,
                None,
            ),
            false,
        ),
    ] {
        let found = listed(&gateway, &viewer, ApiKeyMode::Live, filter.clone()).await;
        assert_eq!(found == [id], is_found, "{filter:?}");
        assert_eq!(found.is_empty(), !is_found, "{filter:?}");
    }
}

#[tokio::test]
async fn nobody_sees_the_messages_of_another_account() {
    let gateway = Gateway::new().await;
    let (_, caller) = holder(&gateway, ADDRESS).await;
    let (other, _) = holder(&gateway, "huda@other.example").await;
    let id = gateway.send(caller, 1).await;
    let sought = MessageFilter {
        sought: Some(Sought::Message(id)),
        ..MessageFilter::default()
    };
    assert_eq!(listed(&gateway, &other, ApiKeyMode::Live, sought).await, []);
    let browse = browse_messages(&gateway.world.fixture);
    let refused = browse.show(&other, id).await;
    assert!(
        matches!(refused, Err(BrowseMessagesError::NotFound)),
        "{refused:?}"
    );
    let nowhere = Viewer {
        account: None,
        ..other
    };
    let all = (None, PageSize::default());
    let refused = browse.list(&nowhere, ApiKeyMode::Live, MessageFilter::default(), all);
    let refused = refused.await;
    assert!(
        matches!(refused, Err(BrowseMessagesError::NotFound)),
        "{refused:?}"
    );
}
