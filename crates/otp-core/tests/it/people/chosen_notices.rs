//! Notices to an account, as its owners choose them.

use otp_core::ids::WebhookEndpointId;
use otp_core::notice::{LowBalance, MailNotice, NoticeKind, NoticeState, NoticeTopic};
use otp_core::usecases::choose_notices::{ChooseNoticesError, ChosenNotices};
use uuid::Uuid;

use super::notices::{Mails, mail_notices};
use super::*;

fn chosen(topics: &[NoticeTopic], percent: u8) -> ChosenNotices {
    ChosenNotices {
        muted_topics: topics.iter().copied().collect(),
        low_balance: LowBalance::try_new(percent).expect("a percentage"),
    }
}

#[tokio::test]
async fn an_owner_chooses_what_is_mailed_and_it_is_in_the_audit_trail() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let choose = gateway.choose_notices();
    let before = choose.show(&viewer).await.expect("shown");
    assert_eq!(before.chosen, chosen(&[], 10));
    assert_eq!(before.to.as_str(), ADDRESS);
    assert!(before.may_choose);

    let wanted = chosen(&[NoticeTopic::Credits], 25);
    choose.choose(&viewer, wanted).await.expect("chosen");
    let after = choose.show(&viewer).await.expect("shown");
    assert_eq!(after.chosen, wanted);
    let store = &gateway.world.fixture.store;
    let entries = audit_entries(&**store).await;
    let account = viewer.account.as_ref().expect("an account");
    assert_eq!(entries[0].action, AuditAction::ChangeAccount);
    assert_eq!(entries[0].subject, account.id.0);
    assert_eq!(entries[0].actor, viewer.person.id.actor());
}

#[tokio::test]
async fn other_roles_see_what_was_chosen_and_change_nothing() {
    let gateway = Gateway::new().await;
    let mut viewer = holder(&gateway, ADDRESS).await;
    let choose = gateway.choose_notices();
    for role in AccountRole::ALL {
        viewer.account.as_mut().expect("an account").role = role;
        let is_owner = role == AccountRole::Owner;
        let shown = choose.show(&viewer).await.expect("shown");
        assert_eq!(shown.may_choose, is_owner, "{role:?}");
        let done = choose.choose(&viewer, chosen(&[], 10)).await;
        assert_eq!(done.is_ok(), is_owner, "{role:?}");
    }
    viewer.account = None;
    let shown = choose.show(&viewer).await;
    assert!(matches!(shown, Err(ChooseNoticesError::NotFound)));
}

#[tokio::test]
async fn a_topic_that_is_turned_off_is_not_mailed_and_the_others_are() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let account = viewer.account.as_ref().expect("an account").id;
    let wanted = chosen(&[NoticeTopic::Webhooks], 10);
    let choose = gateway.choose_notices();
    // It waits already when the owner turns its topic off.
    let endpoint_id = WebhookEndpointId(Uuid::nil());
    let disabled = NoticeKind::WebhookDisabled { endpoint_id };
    let person_id = viewer.person.id;
    let changed = NoticeKind::PasswordChanged { person_id };
    let now = gateway.now();
    let notices = [disabled, changed].map(|kind| MailNotice::new(account, kind, "once", None, now));
    let store = &gateway.world.fixture.store;
    store.enqueue(&notices).await.expect("enqueued");
    choose.choose(&viewer, wanted).await.expect("chosen");

    let sent = Arc::new(Mails::default());
    let mail = mail_notices(&gateway, &sent);
    let mut states = Vec::new();
    while let Some(mailed) = mail.execute().await.expect("a round") {
        states.push((mailed.kind, mailed.state));
    }
    states.sort_unstable_by_key(|(kind, _)| *kind);
    let expected = [
        ("PasswordChanged", NoticeState::Sent),
        ("WebhookDisabled", NoticeState::Muted),
    ];
    assert_eq!(states, expected);
    let sent = sent.0.lock().expect("no panic");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].notice.kind.as_str(), "PasswordChanged");
}
