//! The tests of orders: which status follows which, and what their texts may be.

use super::*;

fn order() -> Order {
    Order {
        id: OrderId(Uuid::from_u128(0xabc_0123_4567)),
        account_id: AccountId(Uuid::from_u128(1)),
        person_id: PersonId(Uuid::from_u128(2)),
        plan: OrderedPlan {
            id: PlanId(Uuid::from_u128(3)),
            name: "Standard".to_owned(),
            credits: Credits::ONE,
            price: None,
        },
        contact_by: ContactWay::WhatsApp,
        notes: None,
        language: UiLanguage::Arabic,
        placed_at: Timestamp::from_unix_millis(0),
        contacted: None,
        end: None,
    }
}

fn step(second: i64) -> Step {
    Step {
        at: Timestamp::from_unix_millis(second * 1_000),
        by: Actor::parse("uid 0").expect("a name"),
    }
}

fn activated() -> OrderOutcome {
    OrderOutcome::Activated {
        subscription_id: SubscriptionId(Uuid::from_u128(4)),
        payment: None,
    }
}

fn declined() -> OrderOutcome {
    let reason = DeclineReason::parse("No reply for a month").expect("a reason");
    OrderOutcome::Declined { reason }
}

/// An order with each status.
fn in_status(status: OrderStatus) -> Order {
    let contacted = || order().note_contact(step(1)).expect("it is open");
    let ended = |outcome| contacted().end(step(2), outcome).expect("it is open");
    match status {
        OrderStatus::Pending => order(),
        OrderStatus::Contacted => contacted(),
        OrderStatus::Activated => ended(activated()),
        OrderStatus::Declined => ended(declined()),
        OrderStatus::Withdrawn => ended(OrderOutcome::Withdrawn),
    }
}

#[test]
fn an_order_goes_one_way_and_ends_once() {
    use OrderStatus::{Activated, Contacted, Declined, Pending, Withdrawn};
    // The status before, and the one after a contact, an activation, a refusal and a withdrawal.
    let open = [Contacted, Activated, Declined, Withdrawn];
    for (before, expected) in [
        (Pending, Some(open)),
        (Contacted, Some(open)),
        (Activated, None),
        (Declined, None),
        (Withdrawn, None),
    ] {
        let order = in_status(before);
        assert_eq!(order.status(), before);
        let found = [
            order.note_contact(step(3)),
            order.end(step(3), activated()),
            order.end(step(3), declined()),
            order.end(step(3), OrderOutcome::Withdrawn),
        ];
        let found = found.map(|after| after.map(|order| order.status()));
        let expected = match expected {
            Some(after) => after.map(Ok),
            None => [Err(OrderIsOver(before)); 4],
        };
        assert_eq!(found, expected, "{before:?}");
    }
}

#[test]
fn the_first_contact_is_kept() {
    let again = in_status(OrderStatus::Contacted).note_contact(step(9));
    assert_eq!(again.map(|order| order.contacted), Ok(Some(step(1))));
}

#[test]
fn a_subscription_has_the_credits_that_staff_grant() {
    let (credits, at) = (Credits::new(7).expect("credits"), step(5).at);
    let id = SubscriptionId(Uuid::from_u128(9));
    let (subscription, grant) = order().subscription(id, credits, at);
    assert_eq!(
        (subscription.credits, subscription.remaining),
        (credits, credits)
    );
    assert_eq!(subscription.plan_id, Some(order().plan.id));
    assert_eq!(
        (grant.kind, grant.credits, grant.at),
        (EntryKind::Grant, credits, at)
    );
    assert_eq!(grant.subscription_id, subscription.id);
    assert_eq!(grant.account_id, order().account_id);
}

#[test]
fn numbers_and_names_read_back() {
    for status in OrderStatus::ALL {
        assert_eq!(OrderStatus::from_code(status.code()), Some(status));
    }
    for way in ContactWay::ALL {
        assert_eq!(ContactWay::from_code(way.code()), Some(way));
        assert_eq!(ContactWay::parse(way.as_str()), Some(way));
    }
    assert_eq!(OrderStatus::from_code(5), None);
    assert_eq!(ContactWay::parse("pigeon"), None);
    assert_eq!(order().id.reference(), "01234567");
}

#[test]
fn notes_have_up_to_a_thousand_characters() {
    let longest = "ش".repeat(1_000);
    for (text, expected) in [
        (" one \r\n two ", Some("one \n two")),
        ("a\tb", Some("a\tb")),
        (longest.as_str(), Some(longest.as_str())),
        ("", None),
        (" \n ", None),
        ("a\u{0}b", None),
        (&format!("{longest}x"), None),
    ] {
        let notes = OrderNotes::parse(text);
        let found = notes.as_ref().ok().map(OrderNotes::as_str);
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn a_reason_is_one_line() {
    let longest = "ش".repeat(200);
    for (text, expected) in [
        (" No reply ", Some("No reply")),
        (longest.as_str(), Some(longest.as_str())),
        ("  ", None),
        ("a\nb", None),
        ("a\u{2028}b", None),
        (&format!("{longest}x"), None),
    ] {
        let reason = DeclineReason::parse(text);
        let found = reason.as_ref().ok().map(DeclineReason::as_str);
        assert_eq!(found, expected, "{text:?}");
    }
}
