//! Plans, orders and credits of an account, over HTTP.

use super::people::*;
use super::settings::{Desk, hidden};
use super::*;

/// Returns the paths of a page's links that begin with this.
fn links<'a>(page: &'a Answer, begin: &str) -> Vec<&'a str> {
    let links = page.body.split("href=\"").skip(1);
    let paths = links.filter_map(|link| link.split('"').next());
    paths.filter(|path| path.starts_with(begin)).collect()
}

/// Orders the only plan, and returns the path of the order.
pub(super) async fn ordered<S: Pages>(desk: &Desk<'_, S>, notes: &str) -> String {
    let plans = desk.open("/dashboard/purchase").await;
    let plan = links(&plans, "/dashboard/purchase/")[0].to_owned();
    let asked = desk.open(&plan).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    let order = hidden(&asked, "order").to_owned();
    let fields = [("order", &*order), ("by", "email"), ("order-notes", notes)];
    let placed = desk.send(&plan, &fields).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.body);
    let location = placed.header("location").expect("a path").to_owned();
    assert_eq!(location, format!("/dashboard/orders/{order}"));
    // The second click of a double click.
    let again = desk.send(&plan, &fields).await;
    assert_eq!(again.header("location"), Some(&*location));
    location
}

#[actix_web::test]
async fn a_plan_is_ordered_once_followed_and_withdrawn() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open("/dashboard/subscriptions").await;
    assert!(empty.body.contains("No subscription yet"), "{}", empty.body);
    assert!(empty.body.contains("Purchase plan"), "{}", empty.body);
    let none = desk.open("/dashboard/purchase").await;
    assert!(none.body.contains("No plan is offered"), "{}", none.body);

    let plan = people.plan("Large \"><b>").await;
    let confirm = format!("/dashboard/purchase/{}", plan.id);
    let asked = desk.open(&confirm).await;
    for text in [
        "Automated payment is currently unavailable",
        "19.99 USD",
        "+9647701234567",
        "sara@noor.example",
    ] {
        assert!(asked.body.contains(text), "{text}: {}", asked.body);
    }
    assert!(!asked.body.contains("<b>"), "{}", asked.body);

    let order = ordered(&desk, "</textarea><b>before Sunday").await;
    let shown = desk.open(&order).await;
    assert!(shown.body.contains("Waiting"), "{}", shown.body);
    assert!(shown.body.contains("before Sunday"), "{}", shown.body);
    assert!(!shown.body.contains("<b>"), "{}", shown.body);
    let list = desk.open("/dashboard/subscriptions").await;
    assert_eq!(links(&list, "/dashboard/orders/"), [&*order]);

    let withdraw = format!("{order}/withdraw");
    let withdrawn = desk.send(&withdraw, &[]).await;
    assert_eq!(withdrawn.header("location"), Some(&*order));
    let shown = desk.open(&order).await;
    assert!(shown.body.contains("Withdrawn"), "{}", shown.body);
    assert!(!shown.body.contains("/withdraw"), "{}", shown.body);
    let again = desk.send(&withdraw, &[]).await;
    assert_eq!(again.header("location"), Some(&*order));
}

#[actix_web::test]
async fn notes_that_are_too_long_come_back_with_the_same_order() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let plan = people.plan("Standard").await;
    let path = format!("/dashboard/purchase/{}", plan.id);
    let order = hidden(&desk.open(&path).await, "order").to_owned();
    let notes = "n".repeat(1_001);
    let fields = [("order", &*order), ("by", "email"), ("order-notes", &notes)];
    let refused = desk.send(&path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Shorten the notes"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains(&notes), "the text is kept");
    assert_eq!(hidden(&refused, "order"), order);
    let email = "value=\"email\" checked";
    assert!(refused.body.contains(email), "{}", refused.body);
    let list = desk.open("/dashboard/subscriptions").await;
    assert_eq!(links(&list, "/dashboard/orders/"), [""; 0]);
}

#[actix_web::test]
async fn the_eleventh_open_order_is_refused() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let plan = people.plan("Standard").await;
    for _ in 0..10 {
        ordered(&desk, "").await;
    }
    let path = format!("/dashboard/purchase/{}", plan.id);
    let order = hidden(&desk.open(&path).await, "order").to_owned();
    let refused = desk
        .send(&path, &[("order", &order), ("by", "whatsapp")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("ten open orders"), "{}", refused.body);
}

#[actix_web::test]
async fn what_is_unknown_is_not_found_and_a_form_needs_its_token() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    people.plan("Standard").await;
    let order = ordered(&desk, "").await;
    let id = "00000000-0000-7000-8000-000000000000";
    for path in [
        format!("/dashboard/orders/{id}"),
        "/dashboard/orders/1".to_owned(),
        format!("/dashboard/purchase/{id}"),
        "/dashboard/purchase/x".to_owned(),
    ] {
        let answer = desk.open(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let withdrawn = desk
        .send(&format!("/dashboard/orders/{id}/withdraw"), &[])
        .await;
    assert_eq!(withdrawn.status, StatusCode::NOT_FOUND);
    let foreign = desk.send_plain(&format!("{order}/withdraw"), &[]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{}", foreign.body);
    assert!(desk.open(&order).await.body.contains("Waiting"));
}

#[actix_web::test]
async fn the_balance_is_shown_by_pages_and_as_a_file() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let empty = desk.open("/dashboard/credits").await;
    assert!(empty.body.contains("No change yet"), "{}", empty.body);
    people.plan("Standard").await;
    let order = ordered(&desk, "").await;
    people
        .activate(order.rsplit('/').next().expect("an id"))
        .await;
    let credits = desk.open("/dashboard/credits").await;
    assert!(credits.body.contains("Granted"), "{}", credits.body);
    assert!(credits.body.contains("1,000"), "{}", credits.body);
    let file = desk.open("/dashboard/credits.csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let mut lines = file.body.split("\r\n");
    let head = "time,kind,message,subscription,amount,balance";
    assert_eq!(lines.next(), Some(head));
    let line = lines.next().expect("a line");
    assert!(
        line.contains(",grant,,") && line.ends_with(",1000,1000"),
        "{line}"
    );
    let list = desk.open("/dashboard/subscriptions").await;
    assert!(list.body.contains("Active"), "{}", list.body);
    let shown = desk.open(&order).await;
    assert!(shown.body.contains("Activated"), "{}", shown.body);
}
