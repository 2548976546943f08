//! The orders of a person's account, and their handling by staff.

use otp_core::audit::Actor;
use otp_core::credits::Credits;
use otp_core::ids::{OrderId, PlanId};
use otp_core::notice::NoticeKind;
use otp_core::order::{
    ContactWay, DeclineReason, Order, OrderIsOver, OrderNotes, OrderOutcome, OrderStatus,
};
use otp_core::page::PageSize;
use otp_core::usecases::handle_orders::{Activation, HandleOrdersError, ListedOrder, OrderFilter};
use otp_core::usecases::manage_own_orders::{MAX_OPEN, ManageOwnOrdersError, OrderRequest};
use otp_core::usecases::staff_actor::StaffActor;
use uuid::Uuid;

use super::*;

pub(super) async fn holder(gateway: &Gateway, address: &str) -> Viewer {
    let begun = gateway.signed_up(address).await;
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    viewer.expect("signed in")
}

fn with_role(viewer: &Viewer, role: AccountRole) -> Viewer {
    let mut viewer = viewer.clone();
    viewer.account.as_mut().expect("an account").role = role;
    viewer
}

/// The form that a person confirms after they have seen the offer.
async fn request(gateway: &Gateway, viewer: &Viewer, plan: PlanId) -> OrderRequest {
    let offer = gateway.manage_own_orders().offer(viewer, plan).await;
    let offer = offer.expect("an offer");
    assert_eq!(offer.contact.company.as_str(), "Noor");
    OrderRequest {
        id: offer.order_id,
        plan,
        contact_by: ContactWay::WhatsApp,
        notes: Some(OrderNotes::parse("before Sunday").expect("notes")),
        language: UiLanguage::Arabic,
    }
}

/// An order. Everything happens at a time of its own, so lists have one order.
pub(super) async fn placed(gateway: &Gateway, viewer: &Viewer, plan: PlanId) -> Order {
    gateway.advance(Duration::from_secs(1));
    let request = request(gateway, viewer, plan).await;
    let placed = gateway.manage_own_orders().place(viewer, request).await;
    placed.expect("placed")
}

fn operator() -> Actor {
    Actor::parse("uid 0").expect("a name")
}

pub(super) fn staff() -> StaffActor<'static> {
    StaffActor::Operator(operator())
}

pub(super) fn activation(id: OrderId) -> Activation {
    Activation {
        id,
        credits: None,
        payment: ContactLine::parse("PO 2026-118").ok(),
    }
}

async fn notices(gateway: &Gateway) -> Vec<NoticeKind> {
    let queued = gateway.world.fixture.store.list_unsent(99).await;
    let queued = queued.expect("list").into_iter();
    queued.map(|queued| queued.notice.kind).collect()
}

async fn actions(gateway: &Gateway) -> Vec<AuditAction> {
    let entries = audit_entries(&*gateway.world.fixture.store).await;
    entries.iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn an_order_is_placed_contacted_and_activated() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let (own, handle) = (gateway.manage_own_orders(), gateway.handle_orders());
    let offered = own.list_offered(&viewer).await.expect("plans");
    assert_eq!(offered, std::slice::from_ref(&plan));

    let order = placed(&gateway, &viewer, plan.id).await;
    assert_eq!(order.status(), OrderStatus::Pending);
    let shown = own.find(&viewer, order.id).await.expect("found");
    assert_eq!(
        shown.notes.as_ref().map(OrderNotes::as_str),
        Some("before Sunday")
    );
    assert_eq!(own.list(&viewer).await.expect("listed"), [shown]);

    gateway.advance(Duration::from_secs(1));
    handle.note_contact(staff(), order.id).await.expect("noted");
    let again = handle.note_contact(staff(), order.id).await;
    assert_eq!(
        again.map(|order| order.status()).ok(),
        Some(OrderStatus::Contacted)
    );
    gateway.advance(Duration::from_secs(1));
    let activated = handle.activate(staff(), activation(order.id)).await;
    let activated = activated.expect("activated");
    assert_eq!(activated.status(), OrderStatus::Activated);

    let details = handle.show(staff(), order.id).await.expect("shown");
    assert_eq!(details.credits.left, 1_000);
    let payment = details.customer.and_then(|customer| customer.payment);
    assert_eq!(payment, ContactLine::parse("PO 2026-118").ok());
    let expected = [
        NoticeKind::OrderPlaced {
            order_id: order.id,
            credits: plan.credits,
        },
        NoticeKind::OrderActivated {
            order_id: order.id,
            credits: plan.credits,
        },
    ];
    let mut found = notices(&gateway).await;
    found.sort_by_key(NoticeKind::code);
    assert_eq!(found, expected);
    let mut found = actions(&gateway).await;
    found.reverse();
    let expected = [
        AuditAction::SignUp,
        AuditAction::PlaceOrder,
        AuditAction::NoteOrderContact,
        AuditAction::ActivateOrder,
    ];
    assert_eq!(found, expected, "a contact is noted once");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_orders_once() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let own = gateway.manage_own_orders();
    let request = request(&gateway, &viewer, plan.id).await;
    let first = own.place(&viewer, request.clone()).await.expect("placed");
    let second = own.place(&viewer, request.clone()).await.expect("placed");
    assert_eq!(first, second);
    assert_eq!(own.list(&viewer).await.expect("listed").len(), 1);

    // Another account neither sees nor changes it.
    let other = holder(&gateway, "huda@other.example").await;
    let stolen = own.place(&other, request).await;
    assert!(
        matches!(stolen, Err(ManageOwnOrdersError::NotFound)),
        "{stolen:?}"
    );
    assert_eq!(own.list(&other).await.expect("listed"), []);
}

#[tokio::test]
async fn an_order_of_another_account_is_as_unknown_as_one_that_never_was() {
    let gateway = Gateway::new().await;
    let one = holder(&gateway, ADDRESS).await;
    let other = holder(&gateway, "huda@other.example").await;
    let plan = gateway.plan("Standard").await;
    let own = gateway.manage_own_orders();
    let order = placed(&gateway, &one, plan.id).await;
    for id in [order.id, OrderId(Uuid::from_u128(9))] {
        let found = own.find(&other, id).await.map(|_| ());
        let withdrawn = own.withdraw(&other, id).await.map(|_| ());
        for refused in [found, withdrawn] {
            assert!(
                matches!(refused, Err(ManageOwnOrdersError::NotFound)),
                "{refused:?}"
            );
        }
    }
    let found = own.find(&one, order.id).await.expect("found");
    assert_eq!(found.order, order);
}

#[tokio::test]
async fn owners_and_billing_order_and_others_only_look() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let own = gateway.manage_own_orders();
    for (role, may_order) in [
        (AccountRole::Owner, true),
        (AccountRole::Billing, true),
        (AccountRole::Developer, false),
        (AccountRole::Viewer, false),
    ] {
        let viewer = with_role(&owner, role);
        let request = request(&gateway, &owner, plan.id).await;
        let order = placed(&gateway, &owner, plan.id).await;
        assert_eq!(own.may_order(&viewer), may_order, "{role:?}");
        let done = [
            own.offer(&viewer, plan.id).await.map(|_| ()),
            own.place(&viewer, request).await.map(|_| ()),
            own.withdraw(&viewer, order.id).await.map(|_| ()),
        ];
        for done in done {
            let refused = matches!(done, Err(ManageOwnOrdersError::NotFound));
            assert_eq!((done.is_ok(), refused), (may_order, !may_order), "{role:?}");
        }
        own.find(&viewer, order.id).await.expect("everybody looks");
        own.list(&viewer).await.expect("everybody looks");
        own.list_offered(&viewer).await.expect("everybody looks");
    }
    let mut of_no_account = owner.clone();
    of_no_account.account = None;
    let listed = own.list(&of_no_account).await;
    assert!(matches!(listed, Err(ManageOwnOrdersError::NotFound)));
}

#[tokio::test]
async fn a_retired_plan_is_not_offered_and_an_order_of_it_is_activated_as_it_was() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let own = gateway.manage_own_orders();
    let order = placed(&gateway, &viewer, plan.id).await;
    let late = request(&gateway, &viewer, plan.id).await;
    let store = &gateway.world.fixture.store;
    let entry = gateway.world.fixture.entry();
    let retired = store.retire(plan.id, gateway.now(), &entry).await;
    assert!(retired.expect("retired"));
    assert_eq!(own.list_offered(&viewer).await.expect("plans"), []);
    for id in [plan.id, PlanId(Uuid::from_u128(404))] {
        let offer = own.offer(&viewer, id).await;
        assert!(
            matches!(offer, Err(ManageOwnOrdersError::NotFound)),
            "{offer:?}"
        );
    }
    let late = own.place(&viewer, late).await;
    assert!(
        matches!(late, Err(ManageOwnOrdersError::NotFound)),
        "{late:?}"
    );
    let handle = gateway.handle_orders();
    let activated = handle.activate(staff(), activation(order.id)).await;
    assert_eq!(activated.expect("activated").plan.credits, plan.credits);
}

#[tokio::test]
async fn an_account_has_so_many_open_orders_and_no_more() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let own = gateway.manage_own_orders();
    let first = placed(&gateway, &viewer, plan.id).await;
    for _ in 1..MAX_OPEN {
        placed(&gateway, &viewer, plan.id).await;
    }
    let another = request(&gateway, &viewer, plan.id).await;
    let refused = own.place(&viewer, another.clone()).await;
    assert!(
        matches!(refused, Err(ManageOwnOrdersError::TooMany)),
        "{refused:?}"
    );
    own.withdraw(&viewer, first.id).await.expect("withdrawn");
    own.place(&viewer, another).await.expect("there is room");
}

#[tokio::test]
async fn an_order_that_has_ended_stays_as_it_is() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let (own, handle) = (gateway.manage_own_orders(), gateway.handle_orders());
    let reason = DeclineReason::parse("No reply for a month").expect("a reason");
    for status in [
        OrderStatus::Activated,
        OrderStatus::Declined,
        OrderStatus::Withdrawn,
    ] {
        let id = placed(&gateway, &viewer, plan.id).await.id;
        let ended = match status {
            OrderStatus::Activated => handle.activate(staff(), activation(id)).await.ok(),
            OrderStatus::Declined => handle.decline(staff(), id, reason.clone()).await.ok(),
            OrderStatus::Withdrawn => own.withdraw(&viewer, id).await.ok(),
            OrderStatus::Pending | OrderStatus::Contacted => unreachable!("not an end"),
        };
        let credits = handle.show(staff(), id).await.expect("shown").credits;
        let later = [
            handle.activate(staff(), activation(id)).await,
            handle.decline(staff(), id, reason.clone()).await,
            handle.note_contact(staff(), id).await,
        ];
        for later in later {
            let Err(HandleOrdersError::IsOver(OrderIsOver(found))) = later else {
                panic!("{later:?}");
            };
            assert_eq!(found, status);
        }
        let withdrawn = own.withdraw(&viewer, id).await;
        assert!(
            matches!(withdrawn, Err(ManageOwnOrdersError::IsOver(_))),
            "{withdrawn:?}"
        );
        let shown = handle.show(staff(), id).await.expect("shown");
        assert_eq!((Some(shown.order), shown.credits), (ended, credits));
    }
    let declined = NoticeKind::OrderDeclined {
        order_id: own.list(&viewer).await.expect("listed")[1].order.id,
        reason: otp_core::notice::Reason::new("No reply for a month"),
    };
    assert!(notices(&gateway).await.contains(&declined));
}

#[tokio::test]
async fn staff_grant_what_was_agreed_and_never_nothing() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let handle = gateway.handle_orders();
    let id = placed(&gateway, &viewer, plan.id).await.id;
    let with = |credits| Activation {
        credits: Some(credits),
        ..activation(id)
    };
    let nothing = handle.activate(staff(), with(Credits::ZERO)).await;
    assert!(
        matches!(nothing, Err(HandleOrdersError::NoCredits)),
        "{nothing:?}"
    );
    let agreed = Credits::new(1_200).expect("credits");
    let activated = handle.activate(staff(), with(agreed)).await;
    let end = activated.expect("activated").end.expect("it ended");
    assert_eq!(end.step.by, operator());
    let OrderOutcome::Activated {
        subscription_id, ..
    } = end.outcome
    else {
        panic!("it was activated");
    };
    let account = viewer.account.as_ref().expect("an account").id;
    let store = &gateway.world.fixture.store;
    let granted = Subscriptions::list(&**store, account).await.expect("list");
    let granted: Vec<_> = granted.iter().map(|one| (one.id, one.credits)).collect();
    assert_eq!(granted, [(subscription_id, agreed)]);
    let unknown = handle
        .activate(staff(), activation(OrderId(Uuid::from_u128(9))))
        .await;
    assert!(
        matches!(unknown, Err(HandleOrdersError::NotFound)),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn contact_details_are_masked_until_the_audit_trail_knows_who_sees_them() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let handle = gateway.handle_orders();
    let order = placed(&gateway, &viewer, plan.id).await;
    let customer = handle
        .show(staff(), order.id)
        .await
        .expect("shown")
        .customer;
    let customer = customer.expect("a customer");
    assert_eq!(customer.phone, "+964••••••78");
    assert_eq!(customer.email, "s•••@noor.example");
    assert!(
        !actions(&gateway)
            .await
            .contains(&AuditAction::RevealOrderContact)
    );

    let contact = handle.reveal_contact(staff(), order.id).await;
    let contact = contact.expect("shown");
    assert_eq!(contact.phone.as_str(), "+96412345678");
    assert_eq!(contact.email.as_str(), ADDRESS);
    let entries = gateway
        .world
        .fixture
        .store
        .list_audit_entries(u64::MAX, 1)
        .await;
    let entry = entries.expect("list").remove(0).entry;
    assert_eq!(entry.action, AuditAction::RevealOrderContact);
    assert_eq!((entry.actor, entry.subject), (operator(), order.id.0));

    // Once the account's key is deleted, there is nothing to show; the order stays.
    let store = &gateway.world.fixture.store;
    store
        .delete_account_key(order.account_id)
        .await
        .expect("deleted");
    let shown = handle.show(staff(), order.id).await.expect("shown");
    assert_eq!((shown.order.id, shown.customer), (order.id, None));
    let contact = handle.reveal_contact(staff(), order.id).await;
    assert!(
        matches!(contact, Err(HandleOrdersError::NotFound)),
        "{contact:?}"
    );
}

#[tokio::test]
async fn staff_list_what_waits_oldest_first_and_everything_by_pages() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let handle = gateway.handle_orders();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(placed(&gateway, &viewer, plan.id).await.id);
    }
    handle.note_contact(staff(), ids[1]).await.expect("noted");
    handle
        .activate(staff(), activation(ids[0]))
        .await
        .expect("activated");
    let of = |orders: &[ListedOrder]| {
        orders
            .iter()
            .map(|order| order.order.id)
            .collect::<Vec<_>>()
    };
    let size = PageSize::parse("3").expect("a size");
    let listed = handle
        .list(staff(), OrderFilter::Waiting, size)
        .await
        .expect("listed");
    assert_eq!((listed.waiting, listed.contacted), (2, 1));
    assert_eq!(of(&listed.page.items), [ids[2], ids[3]]);
    assert_eq!(
        listed.page.items[0].company,
        ContactLine::parse("Noor").ok()
    );
    let listed = handle
        .list(staff(), OrderFilter::Contacted, size)
        .await
        .expect("listed");
    assert_eq!(of(&listed.page.items), [ids[1]]);
    let all = handle
        .list(staff(), OrderFilter::All(None), size)
        .await
        .expect("listed");
    assert_eq!(of(&all.page.items), [ids[3], ids[2], ids[1]]);
    let rest = handle
        .list(staff(), OrderFilter::All(all.page.next), size)
        .await;
    let rest = rest.expect("listed").page;
    assert_eq!((of(&rest.items), rest.next), (vec![ids[0]], None));
}
