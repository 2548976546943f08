//! The prices for staff, over HTTP.

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::credits::Credits;
use otp_core::person::staff::StaffRole;
use otp_core::pricing::PriceKey;
use otp_testkit::contract::audit_trail::audit_entries;
use otp_testkit::contract::fixture::staff_operator;

use super::people::*;
use super::settings::{Desk, hidden};
use super::staff::{colleague, send_from};
use super::*;

const PRICES: &str = "/admin/prices";
const IMPORT: &str = "/admin/prices/import";
const APPLY: &str = "/admin/prices/import/apply";

/// Sets a price, as an operator does.
async fn set(people: &People, key: &str, credits: i64) {
    let price = (
        PriceKey::parse(key).expect("a key"),
        Credits::new(credits).expect("credits"),
    );
    let set = people.set_prices();
    let done = set.execute(&[price], staff_operator()).await;
    done.expect("set");
}

/// Returns the table: `EG=3 SA=2`.
async fn table(people: &People) -> String {
    let prices = people.list_prices().execute().await.expect("prices");
    let written = prices
        .iter()
        .map(|(key, credits)| format!("{key}={credits}"));
    written.collect::<Vec<_>>().join(" ")
}

/// Returns how many entries the trail has of prices that were set.
async fn entries(people: &People) -> usize {
    let entries = audit_entries(&*people.world.fixture.store).await;
    let set = |entry: &&AuditEntry| entry.action == AuditAction::SetPrices;
    entries.iter().filter(set).count()
}

/// Returns the fields of the form that applies the difference of a page.
fn shown(page: &Answer) -> [(&'static str, String); 2] {
    let text = |name| hidden(page, name).to_owned();
    [("price-list", text("price-list")), ("seen", text("seen"))]
}

/// Sends these fields.
async fn apply<S: Pages>(desk: &Desk<'_, S>, fields: &[(&'static str, String); 2]) -> Answer {
    let fields = fields.each_ref().map(|(name, value)| (*name, &**value));
    send_from(desk, APPLY, &fields).await
}

#[actix_web::test]
async fn finance_sets_and_unsets_a_price() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Finance).await;
    let none = desk.open(PRICES).await;
    assert!(none.body.contains("No price is set"), "{}", none.body);
    for (country, credits) in [(" sa ", "٢"), ("EMAIL", "3")] {
        let fields = [("country", country), ("credits", credits)];
        let done = send_from(&desk, PRICES, &fields).await;
        assert_eq!(done.header("location"), Some(PRICES), "{}", done.body);
    }
    let listed = desk.open(PRICES).await;
    for text in ["Saudi Arabia", "2</bdi> credits", "E-mail, to anybody"] {
        assert!(listed.body.contains(text), "{text}: {}", listed.body);
    }
    for (country, credits, text) in [
        ("XX\"><b>", "2", "Enter the two letters of a country"),
        ("XX", "2", "Enter the two letters of a country"),
        ("SA", "0", "Enter a number of credits"),
    ] {
        let fields = [("country", country), ("credits", credits)];
        let answer = send_from(&desk, PRICES, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
        assert!(!answer.body.contains("<b>"), "{}", answer.body);
    }
    // To unset it again changes nothing.
    for _ in 0..2 {
        let done = send_from(&desk, "/admin/prices/unset", &[("key", "SA")]).await;
        assert_eq!(done.header("location"), Some(PRICES));
    }
    let unknown = send_from(&desk, "/admin/prices/unset", &[("key", "<b>")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(table(&people).await, "EMAIL=3");
}

#[actix_web::test]
async fn a_list_shows_its_difference_before_it_applies() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Finance).await;
    for (key, credits) in [("EG", 3), ("SA", 2), ("US", 5)] {
        set(&people, key, credits).await;
    }
    let before = entries(&people).await;
    let list = "country\tcredits\r\nSA\t4\r\nEG\t3\r\nIQ\t7\r\n";
    let difference = send_from(&desk, IMPORT, &[("price-list", list)]).await;
    assert_eq!(difference.status, StatusCode::OK, "{}", difference.body);
    for text in [
        "Iraq",
        "New",
        "Saudi Arabia",
        "Changed",
        ">1</bdi> price of",
    ] {
        assert!(
            difference.body.contains(text),
            "{text}: {}",
            difference.body
        );
    }
    assert!(!difference.body.contains("Egypt"), "{}", difference.body);
    assert_eq!(table(&people).await, "EG=3 SA=2 US=5");
    let fields = shown(&difference);
    // The list can be edited, and nothing of it is lost.
    let edit = [("price-list", &*fields[0].1), ("step", "edit")];
    let edited = send_from(&desk, IMPORT, &edit).await;
    assert!(edited.body.contains("IQ\t7"), "{}", edited.body);

    let applied = apply(&desk, &fields).await;
    assert_eq!(applied.header("location"), Some(PRICES), "{}", applied.body);
    assert_eq!(table(&people).await, "EG=3 IQ=7 SA=4 US=5");
    assert_eq!(entries(&people).await, before + 1);
    // Sent again, it is another difference.
    let again = apply(&desk, &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let same = send_from(&desk, IMPORT, &[("price-list", list)]).await;
    assert!(same.body.contains("is set already"), "{}", same.body);
    assert!(!same.body.contains("Apply all"), "{}", same.body);
}

#[actix_web::test]
async fn what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Admin).await;
    set(&people, "SA", 2).await;
    let list = [("price-list", "country,credits\nSA,4\nEG,3\n")];
    let difference = send_from(&desk, IMPORT, &list).await;
    let fields = shown(&difference);
    set(&people, "SA", 9).await;
    let other = apply(&desk, &fields).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
    for text in ["nothing was applied", "Before: <bdi dir=\"ltr\">9</bdi>"] {
        assert!(other.body.contains(text), "{text}: {}", other.body);
    }
    assert_eq!(table(&people).await, "SA=9");
    let forged = [fields[0].clone(), ("seen", "\"><b>=1".to_owned())];
    let answer = apply(&desk, &forged).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(!answer.body.contains("<b>"), "{}", answer.body);
    let applied = apply(&desk, &shown(&other)).await;
    assert_eq!(applied.header("location"), Some(PRICES));
    assert_eq!(table(&people).await, "EG=3 SA=4");
}

#[actix_web::test]
async fn a_mistake_of_a_list_names_its_line_and_loses_nothing() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = colleague(&people, &pages, StaffRole::Admin).await;
    for (list, text) in [
        ("", "Begin with the line"),
        ("SA,2", "Begin with the line"),
        ("country,credits\n", "Add a line with a price"),
        ("country,credits\nSA,2\nXX,3", ">3</bdi>: no country"),
        ("country,credits\nSA,none", ">2</bdi>: write a whole number"),
        ("country,credits\nSA", ">2</bdi>: write a country and"),
        ("country,credits\nSA,2\nSA,2", ">3</bdi>: the list names"),
        (
            "country,credits\n</textarea><b>,2",
            ">2</bdi>: no country with phone numbers",
        ),
    ] {
        for path in [IMPORT, APPLY] {
            if path == APPLY && text.starts_with("Add") {
                continue;
            }
            let answer = send_from(&desk, path, &[("price-list", list)]).await;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            assert_eq!(answer.status, status, "{list}");
            assert!(answer.body.contains(text), "{text}: {}", answer.body);
            assert!(!answer.body.contains("<b>"), "{}", answer.body);
            let last = list.lines().last().unwrap_or_default();
            let last = last.replace('<', "&#60;").replace('>', "&#62;");
            assert!(answer.body.contains(&last), "{last}: {}", answer.body);
        }
    }
    assert_eq!(table(&people).await, "");
}

#[actix_web::test]
async fn everybody_of_the_staff_looks_at_prices_and_others_do_not_change_them() {
    let people = People::new().await;
    let pages = pages(&people).await;
    set(&people, "SA", 2).await;
    let fields = [
        ("country", "SA"),
        ("credits", "5"),
        ("key", "SA"),
        ("price-list", "country,credits\nSA,5\n"),
        ("seen", "SA=2"),
    ];
    let forms = [PRICES, "/admin/prices/unset", IMPORT, APPLY];
    for role in [StaffRole::Support, StaffRole::Auditor] {
        let desk = colleague(&people, &pages, role).await;
        let listed = desk.open(PRICES).await;
        assert!(listed.body.contains("Saudi Arabia"), "{}", listed.body);
        assert!(!listed.body.contains("/admin/prices/"), "{}", listed.body);
        assert_eq!(desk.open(IMPORT).await.status, StatusCode::FORBIDDEN);
        for path in forms {
            let answer = send_from(&desk, path, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    let holder = Desk::of(&people, &pages).await;
    for path in forms {
        let answer = send_from(&holder, path, &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [PRICES, IMPORT] {
        assert_eq!(holder.open(path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(table(&people).await, "SA=2");
}
