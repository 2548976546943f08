//! The accounts for staff, over HTTP.

use std::time::Duration;

use otp_core::account::{AccountStanding, HOUSE_ACCOUNT};
use otp_core::audit::AuditAction;
use otp_core::ids::AccountId;
use otp_core::person::session::FRESH;
use otp_core::person::staff::StaffRole;
use otp_core::ports::{Accounts, Subscriptions};
use otp_core::usecases::inspect_accounts::MAX_FOUND;
use otp_testkit::contract::audit_trail::audit_entries;
use otp_testkit::contract::fixture::contact;

use super::messages::{links_to, newest_account};
use super::people::*;
use super::settings::Desk;
use super::staff::{colleague, send_from};
use super::*;

const ACCOUNTS: &str = "/admin/accounts";
const PHONE: &str = "+9647701234567";

fn path_of(account: AccountId) -> String {
    format!("{ACCOUNTS}/{account}")
}

async fn standing(people: &People, account: AccountId) -> AccountStanding {
    let found = Accounts::find(&*people.world.fixture.store, account).await;
    found.expect("find").expect("an account").rules.standing
}

async fn credits(people: &People, account: AccountId) -> i64 {
    let listed = Subscriptions::list(&*people.world.fixture.store, account).await;
    let listed = listed.expect("subscriptions");
    listed.iter().map(|one| one.remaining.get()).sum()
}

#[actix_web::test]
async fn an_account_is_found_by_its_id_its_names_and_its_whole_address() {
    let people = People::new().await;
    let pages = pages(&people).await;
    Desk::of(&people, &pages).await;
    let account = newest_account(&people).await;
    let path = path_of(account);
    let link = format!("href=\"{path}\"");
    let desk = colleague(&people, &pages, StaffRole::Support).await;
    let listed = desk.open(ACCOUNTS).await;
    assert!(listed.body.contains(&link), "{}", listed.body);
    for sought in ["nOOr", "sara", ADDRESS, &account.to_string()] {
        let found = desk.open(&format!("{ACCOUNTS}?q={sought}")).await;
        assert!(found.body.contains(&link), "{sought}: {}", found.body);
    }
    // A part of an address would tell what is masked.
    for sought in ["noor.example", "other", "%3Cb%3E%22", "%00", PHONE] {
        let found = desk.open(&format!("{ACCOUNTS}?q={sought}")).await;
        assert_eq!(found.status, StatusCode::OK, "{sought}");
        assert!(found.body.contains("Nothing was found"), "{sought}");
        assert!(!found.body.contains("<b>"), "{}", found.body);
    }
    let elsewhere = desk.open(&format!("{ACCOUNTS}?after=nonsense")).await;
    assert!(elsewhere.body.contains(&link), "{}", elsewhere.body);
    for id in ["1", "%3Cb%3E", "00000000-0000-7000-8000-000000000000"] {
        let unknown = desk.open(&format!("{ACCOUNTS}/{id}")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[actix_web::test]
async fn a_long_list_has_pages_and_a_search_says_how_far_it_reached() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let fixture = &people.world.fixture;
    let mut accounts = Vec::new();
    for _ in 0..=MAX_FOUND {
        fixture.clock.advance(Duration::from_millis(1));
        accounts.push(fixture.another_account().await);
    }
    let desk = colleague(&people, &pages, StaffRole::Auditor).await;
    let mut path = ACCOUNTS.to_owned();
    let mut listed = Vec::new();
    loop {
        let page = desk.open(&path).await;
        listed.extend(links_to(&page, ACCOUNTS));
        let next = page.body.split("href=\"/admin/accounts?after=").nth(1);
        let Some((next, _)) = next.and_then(|rest| rest.split_once('"')) else {
            break;
        };
        path = format!("{ACCOUNTS}?after={next}");
    }
    let newest: Vec<_> = accounts.iter().rev().map(AccountId::to_string).collect();
    assert_eq!(listed[..newest.len()], newest);
    let company = contact().company.as_str().to_lowercase();
    let sought = url::form_urlencoded::byte_serialize(company.as_bytes());
    let sought = sought.collect::<String>();
    let found = desk.open(&format!("{ACCOUNTS}?q={sought}")).await;
    let more = "There may be other accounts";
    assert!(found.body.contains(more), "{}", found.body);
    assert_eq!(found.body.matches("class=\"row-link\"").count(), MAX_FOUND);
    let one = desk.open(&format!("{ACCOUNTS}?q={}", accounts[0])).await;
    assert_eq!(one.body.matches("class=\"row-link\"").count(), 1);
    assert!(!one.body.contains(more), "{}", one.body);
}

#[actix_web::test]
async fn the_contact_is_masked_until_the_trail_has_recorded_who_sees_it() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    let key = [("key-name", "shop \"><b>"), ("mode", "test")];
    holder.send("/dashboard/keys", &key).await;
    let account = newest_account(&people).await;
    let path = path_of(account);
    let support = colleague(&people, &pages, StaffRole::Support).await;
    let shown = support.open(&path).await;
    for text in ["Noor", "s•••@noor.example", "shop", "otp_test_"] {
        assert!(shown.body.contains(text), "{text}: {}", shown.body);
    }
    for hidden in [PHONE, ADDRESS, "<b>", "/grant", "/standing", "SignUp"] {
        assert!(!shown.body.contains(hidden), "{hidden}: {}", shown.body);
    }
    let revealed = send_from(&support, &format!("{path}/contact"), &[]).await;
    for text in [PHONE, ADDRESS] {
        assert!(revealed.body.contains(text), "{text}: {}", revealed.body);
    }
    let entries = audit_entries(&*people.world.fixture.store).await;
    let about = entries.iter().find(|entry| entry.subject == account.0);
    let action = about.expect("an entry").action;
    assert_eq!(action, AuditAction::RevealAccountContact);
    assert!(!support.open(&path).await.body.contains(PHONE));

    let auditor = colleague(&people, &pages, StaffRole::Auditor).await;
    let shown = auditor.open(&path).await;
    let entry = "RevealAccountContact";
    assert!(shown.body.contains(entry), "{}", shown.body);
    let refused = send_from(&auditor, &format!("{path}/contact"), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains(PHONE), "{}", refused.body);
}

#[actix_web::test]
async fn credits_are_granted_after_a_fresh_proof() {
    let people = People::new().await;
    let pages = pages(&people).await;
    Desk::of(&people, &pages).await;
    let account = newest_account(&people).await;
    let (path, grant) = (path_of(account), format!("{}/grant", path_of(account)));
    let desk = colleague(&people, &pages, StaffRole::Finance).await;
    let before = credits(&people, account).await;
    let wrong = send_from(&desk, &grant, &[("credits", "\"><b>")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Enter a number of credits"));
    assert!(!wrong.body.contains("<b>"), "{}", wrong.body);
    let done = send_from(&desk, &grant, &[("credits", "1,250")]).await;
    assert_eq!(done.header("location"), Some(&*path), "{}", done.body);
    assert_eq!(credits(&people, account).await, before + 1_250);
    let shown = desk.open(&path).await;
    assert!(shown.body.contains("Without a plan"), "{}", shown.body);
    people.world.fixture.clock.advance(FRESH);
    let stale = send_from(&desk, &grant, &[("credits", "5")]).await;
    let location = stale.header("location").unwrap_or_default();
    assert!(location.starts_with("/dashboard/prove?"), "{location}");
    assert_eq!(credits(&people, account).await, before + 1_250);
}

#[actix_web::test]
async fn an_admin_restricts_closes_and_reopens_an_account_after_a_page_asked() {
    let people = People::new().await;
    let pages = pages(&people).await;
    Desk::of(&people, &pages).await;
    let account = newest_account(&people).await;
    let (path, change) = (path_of(account), format!("{}/standing", path_of(account)));
    let desk = colleague(&people, &pages, StaffRole::Admin).await;
    for (to, title, expected) in [
        (
            "restricted",
            "Restrict this account?",
            AccountStanding::Restricted,
        ),
        ("closed", "Close this account?", AccountStanding::Closed),
        ("open", "Reopen this account?", AccountStanding::Open),
    ] {
        let asked = desk.open(&format!("{change}?to={to}")).await;
        assert!(asked.body.contains(title), "{}", asked.body);
        let done = send_from(&desk, &change, &[("to", to)]).await;
        assert_eq!(done.header("location"), Some(&*path), "{}", done.body);
        assert_eq!(standing(&people, account).await, expected);
        // There is nothing to ask any more.
        let again = desk.open(&format!("{change}?to={to}")).await;
        assert_eq!(again.header("location"), Some(&*path));
    }
    for to in ["", "gone", "%3Cb%3E"] {
        let unknown = desk.open(&format!("{change}?to={to}")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{to}");
        let unknown = send_from(&desk, &change, &[("to", to)]).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{to}");
    }
    // Without the house account, nobody could sign up.
    let house = format!("{}/standing", path_of(HOUSE_ACCOUNT));
    let refused = send_from(&desk, &house, &[("to", "closed")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let house = standing(&people, HOUSE_ACCOUNT).await;
    assert_eq!(house, AccountStanding::Open);
    people.world.fixture.clock.advance(FRESH);
    let stale = send_from(&desk, &change, &[("to", "closed")]).await;
    let location = stale.header("location").unwrap_or_default();
    assert!(location.starts_with("/dashboard/prove?"), "{location}");
    assert_eq!(standing(&people, account).await, AccountStanding::Open);
}

#[actix_web::test]
async fn each_role_changes_of_an_account_what_it_may() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    let account = newest_account(&people).await;
    let path = path_of(account);
    let fields = [("credits", "5"), ("to", "restricted")];
    let forms = ["contact", "grant", "standing"].map(|form| format!("{path}/{form}"));
    let granted = credits(&people, account).await;
    for (role, may) in [
        (StaffRole::Support, [true, false, false]),
        (StaffRole::Auditor, [false, false, false]),
        (StaffRole::Finance, [true, true, false]),
    ] {
        let desk = colleague(&people, &pages, role).await;
        for (form, may) in forms.iter().zip(may) {
            let answer = send_from(&desk, form, &fields).await;
            let is_forbidden = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(is_forbidden, !may, "{role:?} {form}");
        }
        let asked = desk.open(&format!("{path}/standing?to=closed")).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert_eq!(credits(&people, account).await, granted + 5);
    assert_eq!(standing(&people, account).await, AccountStanding::Open);
    for form in &forms {
        let answer = send_from(&holder, form, &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{form}");
    }
    for page in [ACCOUNTS, &path] {
        assert_eq!(holder.open(page).await.status, StatusCode::NOT_FOUND);
    }
}
