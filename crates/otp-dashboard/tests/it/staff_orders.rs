//! The orders of all accounts, for staff, over HTTP.

use otp_core::person::staff::StaffRole;

use super::orders::ordered;
use super::people::*;
use super::settings::Desk;
use super::staff::{invited, send_from, with_factor};
use super::*;

const FINANCE: &str = "lina@gateway.example";

fn id_of(order: &str) -> &str {
    order.rsplit('/').next().expect("an id")
}

#[actix_web::test]
async fn an_order_is_shown_contacted_and_activated_by_staff() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    people.plan("Standard \"><b>").await;
    let order = ordered(&holder, "before <i>Sunday</i>").await;
    let staff = invited(&people, &pages, FINANCE, StaffRole::Finance).await;
    with_factor(&people, &staff).await;

    let home = staff.open("/admin").await;
    assert_eq!(home.header("location"), Some("/admin/orders"));
    let list = staff.open("/admin/orders").await;
    let path = format!("/admin/orders/{}", id_of(&order));
    assert!(list.body.contains(&path), "{}", list.body);
    assert!(list.body.contains("Noor"), "{}", list.body);
    let shown = staff.open(&path).await;
    assert!(shown.body.contains("Sunday"), "{}", shown.body);
    for hidden in ["9647701234567", ADDRESS, "wa.me", "<i>", "<b>"] {
        assert!(!shown.body.contains(hidden), "{hidden}: {}", shown.body);
    }

    let revealed = send_from(&staff, &format!("{path}/contact"), &[]).await;
    for text in [
        "+9647701234567",
        ADDRESS,
        "https://wa.me/9647701234567?text=",
    ] {
        assert!(revealed.body.contains(text), "{text}: {}", revealed.body);
    }
    let noted = send_from(&staff, &format!("{path}/contacted"), &[]).await;
    assert_eq!(noted.header("location"), Some(&*path));
    assert!(holder.open(&order).await.body.contains("Contacted"));
    let list = staff.open("/admin/orders").await;
    assert!(!list.body.contains(&path), "{}", list.body);
    for choice in ["contacted", "all"] {
        let list = staff.open(&format!("/admin/orders?show={choice}")).await;
        assert!(list.body.contains(&path), "{choice}: {}", list.body);
    }

    let activate = format!("{path}/activate");
    let fields = [("credits", "none"), ("payment", "PO <2026>")];
    let refused = send_from(&staff, &activate, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("PO &#60;2026&#62;"),
        "{}",
        refused.body
    );
    let fields = [("credits", "١٬٢٠٠"), ("payment", "PO <2026>")];
    for _ in 0..2 {
        // Twice, as a double click.
        let activated = send_from(&staff, &activate, &fields).await;
        assert_eq!(activated.header("location"), Some(&*path));
    }
    let shown = staff.open(&path).await;
    assert!(shown.body.contains("PO &lt;2026&gt;"), "{}", shown.body);
    assert!(!shown.body.contains("/activate"), "{}", shown.body);
    let file = holder.open("/dashboard/credits.csv").await;
    assert_eq!(file.body.matches(",grant,").count(), 1, "{}", file.body);
    assert!(file.body.contains(",1200,1200"), "{}", file.body);
}

#[actix_web::test]
async fn a_reason_is_asked_for_before_an_order_is_declined() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    people.plan("Standard").await;
    let order = ordered(&holder, "").await;
    let staff = invited(&people, &pages, FINANCE, StaffRole::Support).await;
    with_factor(&people, &staff).await;
    let path = format!("/admin/orders/{}", id_of(&order));
    let decline = format!("{path}/decline");
    let asked = staff.open(&decline).await;
    assert!(asked.body.contains("Decline the order?"), "{}", asked.body);
    let refused = send_from(&staff, &decline, &[("decline-reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(holder.open(&order).await.body.contains("Waiting"));
    let fields = [("decline-reason", "No <reply>")];
    let declined = send_from(&staff, &decline, &fields).await;
    assert_eq!(declined.header("location"), Some(&*path));
    let shown = holder.open(&order).await;
    assert!(shown.body.contains("No &lt;reply&gt;"), "{}", shown.body);
    let again = staff.open(&decline).await;
    assert_eq!(again.header("location"), Some(&*path));
}

#[actix_web::test]
async fn a_role_does_with_orders_what_it_may_and_nobody_else_learns_of_them() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    people.plan("Standard").await;
    let order = ordered(&holder, "").await;
    let path = format!("/admin/orders/{}", id_of(&order));
    let with_id = |path: &str| {
        let request = get(path).insert_header(("x-request-id", "1"));
        request.insert_header(("cookie", holder.cookie()))
    };
    let unknown = ask(&pages, with_id("/admin/nothing")).await;
    for hidden in ["/admin/orders", &path, &format!("{path}/decline")] {
        let answer = ask(&pages, with_id(hidden)).await;
        assert_eq!(answer.shown(), unknown.shown(), "{hidden}");
    }
    let forms = ["contact", "contacted", "decline", "activate"];
    for form in forms {
        let answer = send_from(&holder, &format!("{path}/{form}"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{form}");
    }
    for (role, forbidden) in [
        (StaffRole::Auditor, &forms[..]),
        (StaffRole::Support, &forms[3..]),
    ] {
        let address = format!("{}@gateway.example", role.as_str());
        let staff = invited(&people, &pages, &address, role).await;
        with_factor(&people, &staff).await;
        let shown = staff.open(&path).await;
        assert_eq!(shown.status, StatusCode::OK, "{role:?}");
        for form in forbidden {
            assert!(!shown.body.contains(&format!("{path}/{form}\"")), "{form}");
            let answer = send_from(&staff, &format!("{path}/{form}"), &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {form}");
        }
        let unknown = "/admin/orders/00000000-0000-7000-8000-000000000000";
        for unknown in [unknown, "/admin/orders/x"] {
            let answer = staff.open(unknown).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}");
        }
    }
    assert!(holder.open(&order).await.body.contains("Waiting"));
}
