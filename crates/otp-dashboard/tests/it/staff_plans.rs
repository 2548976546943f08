//! The plans for staff, over HTTP.

use otp_core::person::session::FRESH;
use otp_core::person::staff::StaffRole;

use super::people::*;
use super::settings::Desk;
use super::staff::{colleague, send_from};
use super::*;

const PLANS: &str = "/admin/plans";

/// Returns the path of the first link to the page that asks before a plan is retired.
fn retire_path(page: &Answer) -> String {
    let mut links = page.body.split('"');
    let link = links.find(|link| link.ends_with("/retire"));
    link.expect("a link").to_owned()
}

#[actix_web::test]
async fn finance_creates_and_retires_plans() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Finance).await;
    let none = desk.open(PLANS).await;
    assert!(none.body.contains("No plan yet"), "{}", none.body);
    let fields = [
        ("plan-name", "باقة <b>الأعمال</b>"),
        ("credits", "١٠٬٠٠٠"),
        ("price", "١٤٩٫٥"),
        ("currency", "usd"),
    ];
    let made = send_from(&desk, PLANS, &fields).await;
    assert_eq!(made.header("location"), Some(PLANS), "{}", made.body);
    let negotiated = [("plan-name", "Large"), ("credits", "1000000")];
    let made = send_from(&desk, PLANS, &negotiated).await;
    assert_eq!(made.header("location"), Some(PLANS), "{}", made.body);

    let listed = desk.open(PLANS).await;
    for text in [
        "باقة &lt;b&gt;الأعمال&lt;/b&gt;",
        "10,000",
        "149.50 USD",
        "Let us talk",
        "1,000,000",
    ] {
        assert!(listed.body.contains(text), "{text}: {}", listed.body);
    }
    assert!(!listed.body.contains("Retired"), "{}", listed.body);
    let path = retire_path(&listed);
    let asked = desk.open(&path).await;
    assert!(asked.body.contains("Retire this plan?"), "{}", asked.body);
    assert!(!asked.body.contains("<b>"), "{}", asked.body);
    let retired = send_from(&desk, &path, &[]).await;
    assert_eq!(retired.header("location"), Some(PLANS));
    let listed = desk.open(PLANS).await;
    assert!(listed.body.contains("Retired"), "{}", listed.body);
    // To retire it again changes nothing.
    assert_eq!(desk.open(&path).await.header("location"), Some(PLANS));
    let again = send_from(&desk, &path, &[]).await;
    assert_eq!(again.header("location"), Some(PLANS));
}

#[actix_web::test]
async fn every_fault_of_a_plan_is_named_and_the_rest_is_kept() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Admin).await;
    people.plan("Standard").await;
    let faulty = [
        ("plan-name", "\"><b>\n"),
        ("credits", "0"),
        ("price", "19.999"),
        ("currency", "USD"),
    ];
    let answer = send_from(&desk, PLANS, &faulty).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "<title>Error: Plans",
        "Enter a number of credits",
        "Enter a price such as 19.99",
        "value=\"19.999\"",
        "value=\"USD\"",
    ] {
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    assert!(!answer.body.contains("<b>"), "{}", answer.body);
    let taken = [("plan-name", " Standard "), ("credits", "5")];
    let answer = send_from(&desk, PLANS, &taken).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("a plan has this one"),
        "{}",
        answer.body
    );
    let long = "x".repeat(201);
    let priced = [
        ("plan-name", &*long),
        ("credits", "5"),
        ("price", "20"),
        ("currency", "$"),
    ];
    let answer = send_from(&desk, PLANS, &priced).await;
    for text in ["Enter a name of up to 200", "Enter the three letters"] {
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    let listed = desk.open(PLANS).await;
    assert_eq!(listed.body.matches("/retire\"").count(), 1);
}

#[actix_web::test]
async fn everybody_of_the_staff_looks_at_plans_and_others_do_not_change_them() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let plan = people.plan("Standard").await;
    let retire = format!("{PLANS}/{}/retire", plan.id);
    let new = [("plan-name", "Other"), ("credits", "5")];
    for role in [StaffRole::Support, StaffRole::Auditor] {
        let desk = colleague(&people, &pages, role).await;
        let listed = desk.open(PLANS).await;
        assert_eq!(listed.status, StatusCode::OK, "{role:?}");
        assert!(!listed.body.contains("/retire"), "{}", listed.body);
        assert!(!listed.body.contains("plan-name"), "{}", listed.body);
        assert_eq!(desk.open(&retire).await.status, StatusCode::FORBIDDEN);
        for (path, fields) in [(PLANS, &new[..]), (&retire, &[])] {
            let answer = send_from(&desk, path, fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    let holder = Desk::of(&people, &pages).await;
    for path in [PLANS, &retire] {
        assert_eq!(holder.open(path).await.status, StatusCode::NOT_FOUND);
        let sent = send_from(&holder, path, &new).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{path}");
    }
    let plans = people.list_plans().execute().await.expect("plans");
    assert_eq!(plans, [plan]);
}

#[actix_web::test]
async fn a_plan_is_created_and_retired_after_a_fresh_proof() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Admin).await;
    let plan = people.plan("Standard").await;
    let retire = format!("{PLANS}/{}/retire", plan.id);
    people.world.fixture.clock.advance(FRESH);
    let new = [("plan-name", "Other"), ("credits", "5")];
    for (path, fields) in [(PLANS, &new[..]), (&*retire, &[])] {
        let answer = send_from(&desk, path, fields).await;
        let location = answer.header("location").unwrap_or_default();
        assert!(location.starts_with("/dashboard/prove?"), "{path}");
    }
    let plans = people.list_plans().execute().await.expect("plans");
    assert_eq!(plans, [plan]);
    for path in ["1", "00000000-0000-7000-8000-000000000000", "%3Cb%3E"] {
        let unknown = desk.open(&format!("{PLANS}/{path}/retire")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{path}");
    }
}
