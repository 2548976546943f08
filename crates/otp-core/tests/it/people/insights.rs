//! The insights that a person sees of their account.

use otp_core::api_key::ApiKeyMode;
use otp_core::insights::ReportFilter;
use otp_core::person::AccountRole;
use otp_core::usecases::show_own_insights::{
    MOST_JUST_NOW, ReportLength, ShowOwnInsights, ShowOwnInsightsError,
};
use otp_testkit::people::People;

use super::*;

async fn shown(show: &ShowOwnInsights, viewer: &Viewer) -> otp_core::insights::InsightsReport {
    let (mode, length) = (ApiKeyMode::Live, ReportLength::Days14);
    let filter = ReportFilter::default();
    let shown = show.execute(viewer, mode, length, &filter).await;
    shown.expect("a report")
}

/// Counts what is due of a person's account.
async fn roll_up(people: &People, viewer: &Viewer) {
    let account = viewer.account.as_ref().expect("an account").id;
    let roll_up = people.roll_up_insights();
    let (states, _) = roll_up.states(account).await.expect("read");
    while roll_up.advance(states[0]).await.expect("counted") {}
}

#[tokio::test]
async fn a_report_counts_the_newest_messages_unless_they_are_too_many() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let account = viewer.account.as_ref().expect("an account").id;
    let caller = gateway.enable(account).await;
    gateway.world.fixture.grant_to(account, 5_000).await;
    let show = gateway.show_own_insights();
    let most = u32::try_from(MOST_JUST_NOW).expect("few");
    for number in 0..most {
        gateway.send(caller, number).await;
    }
    let report = shown(&show, &viewer).await;
    assert_eq!(
        (report.total().accepted, report.is_behind),
        (u64::from(most), false)
    );
    assert_eq!(report.days.len(), 14);
    gateway.send(caller, most).await;
    let report = shown(&show, &viewer).await;
    assert_eq!((report.total().accepted, report.is_behind), (0, true));
    gateway.advance(Duration::from_secs(16 * 60));
    roll_up(&gateway, &viewer).await;
    let report = shown(&show, &viewer).await;
    let expected = (u64::from(most) + 1, false);
    assert_eq!((report.total().accepted, report.is_behind), expected);
}

#[tokio::test]
async fn a_person_without_an_account_has_no_insights() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    for role in AccountRole::ALL {
        let mut viewer = viewer.clone();
        viewer.account.as_mut().expect("an account").role = role;
        shown(&gateway.show_own_insights(), &viewer).await;
    }
    let nobody = Viewer {
        account: None,
        ..viewer
    };
    let (mode, length) = (ApiKeyMode::Live, ReportLength::Days14);
    let (show, filter) = (gateway.show_own_insights(), ReportFilter::default());
    let refused = show.execute(&nobody, mode, length, &filter);
    let error = refused.await.expect_err("refused");
    assert!(matches!(error, ShowOwnInsightsError::NotFound), "{error:?}");
}
