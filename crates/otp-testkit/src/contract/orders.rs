//! Promises on orders of plans.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::credits::Credits;
use otp_core::ids::{AuditEntryId, OrderId, PersonId, PlanId, SubscriptionId};
use otp_core::notice::{MailNotice, NoticeKind};
use otp_core::order::{
    ContactWay, DeclineReason, NewOrder, Order, OrderChange, OrderOutcome, OrderStatus,
    OrderedPlan, Step,
};
use otp_core::page::PagePosition;
use otp_core::person::Person;
use otp_core::plan::{Money, Plan};
use otp_core::ports::{Clock, Plans, PortError, Storage};
use otp_core::sealing::Purpose;
use otp_core::ui_language::UiLanguage;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::administration::{assert_conflict, next_instant};
use super::fixture::{Fixture, credits};
use super::persons::joined;

/// A store with a plan, and a person who orders it.
struct Shop {
    fixture: Fixture,
    plan: Plan,
    person: Person,
}

/// Everything that an activation may leave.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    order: Option<Order>,
    subscriptions: usize,
    ledger_entries: usize,
    audit_entries: usize,
    notices: usize,
}

impl Shop {
    async fn new(store: Arc<dyn Storage>) -> Self {
        let fixture = Fixture::new(store).await;
        let person = joined(&fixture, 1).await;
        // The person was recorded as of a second later than the clock.
        fixture.clock.advance(Duration::from_secs(60));
        let plan = Plan {
            id: PlanId(Uuid::from_u128(1)),
            name: "Standard".to_owned(),
            credits: credits(1_000),
            price: Some(Money::parse("19.99", "USD").expect("money")),
            created_at: next_instant(&fixture),
            retired_at: None,
        };
        let created = Plans::create(&*fixture.store, &plan, &fixture.entry()).await;
        created.expect("a plan");
        Self {
            fixture,
            plan,
            person,
        }
    }

    fn entry(&self, action: AuditAction, order: OrderId) -> AuditEntry {
        let at = self.fixture.clock.now();
        AuditEntry {
            id: AuditEntryId::generate(at, &*self.fixture.randomness),
            at,
            actor: self.person.id.actor(),
            action,
            subject: order.0,
        }
    }

    fn notice(&self, kind: NoticeKind, order: OrderId) -> MailNotice {
        let language = Some(UiLanguage::Arabic);
        let at = self.fixture.clock.now();
        MailNotice::new(self.fixture.account, kind, &order.to_string(), language, at)
    }

    /// An order that does not exist yet.
    fn order(&self) -> NewOrder {
        let placed_at = next_instant(&self.fixture);
        let id = OrderId::generate(placed_at, &*self.fixture.randomness);
        let sealer = &self.fixture.sealer;
        let randomness = &*self.fixture.randomness;
        let notes = sealer.seal(Purpose::OrderNotes, id.0, "before Sunday", randomness);
        let kind = NoticeKind::OrderPlaced {
            order_id: id,
            credits: self.plan.credits,
        };
        NewOrder {
            order: Order {
                id,
                account_id: self.fixture.account,
                person_id: self.person.id,
                plan: OrderedPlan::from(&self.plan),
                contact_by: ContactWay::Email,
                notes: Some(notes),
                language: UiLanguage::Arabic,
                placed_at,
                contacted: None,
                end: None,
            },
            entry: self.entry(AuditAction::PlaceOrder, id),
            notice: Some(self.notice(kind, id)),
        }
    }

    /// An order that was placed.
    async fn placed(&self) -> Order {
        let new = self.order();
        assert!(self.place(&new).await.expect("placed"));
        new.order
    }

    async fn place(&self, new: &NewOrder) -> Result<bool, PortError> {
        self.fixture.store.place_order(new).await
    }

    fn step(&self) -> Step {
        Step {
            at: next_instant(&self.fixture),
            by: self.person.id.actor(),
        }
    }

    /// The contact about an order, as it now is.
    fn contact(&self, order: &Order) -> OrderChange {
        OrderChange {
            before: order.status(),
            after: order.note_contact(self.step()).expect("it is open"),
            entry: self.entry(AuditAction::NoteOrderContact, order.id),
            notice: None,
        }
    }

    /// The end of an order, as it now is.
    fn end(&self, order: &Order, outcome: OrderOutcome, action: AuditAction) -> OrderChange {
        let kind = NoticeKind::OrderActivated {
            order_id: order.id,
            credits: self.plan.credits,
        };
        OrderChange {
            before: order.status(),
            after: order.end(self.step(), outcome).expect("it is open"),
            entry: self.entry(action, order.id),
            notice: Some(self.notice(kind, order.id)),
        }
    }

    /// The activation of an order, as it now is, and the subscription that it grants.
    fn activation(&self, order: &Order) -> (OrderChange, SubscriptionId) {
        let at = self.fixture.clock.now();
        let subscription_id = SubscriptionId::generate(at, &*self.fixture.randomness);
        let sealer = &self.fixture.sealer;
        let randomness = &*self.fixture.randomness;
        let payment = sealer.seal(
            Purpose::OrderPayment,
            order.row(),
            "PO 2026-118",
            randomness,
        );
        let outcome = OrderOutcome::Activated {
            subscription_id,
            payment: Some(payment),
        };
        let change = self.end(order, outcome, AuditAction::ActivateOrder);
        (change, subscription_id)
    }

    async fn activate(
        &self,
        (change, subscription_id): &(OrderChange, SubscriptionId),
    ) -> Result<bool, PortError> {
        let at = change.entry.at;
        let order = &change.after;
        let (subscription, grant) = order.subscription(*subscription_id, order.plan.credits, at);
        let store = &self.fixture.store;
        store.activate_order(change, &subscription, &grant).await
    }

    async fn find(&self, id: OrderId) -> Option<Order> {
        self.fixture.store.find_order(id).await.expect("find")
    }

    async fn traces(&self, order: OrderId) -> Traces {
        let store = &self.fixture.store;
        let ledger = store.ledger(self.fixture.account).await.expect("ledger");
        Traces {
            order: self.find(order).await,
            subscriptions: self.fixture.subscriptions().await.len(),
            ledger_entries: ledger.len(),
            audit_entries: store
                .list_audit_entries(u64::MAX, 999)
                .await
                .expect("list")
                .len(),
            notices: store.list_unsent(999).await.expect("list").len(),
        }
    }
}

/// An order reads back as written, at each of its steps.
pub async fn orders_read_back_at_each_step(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let store = &shop.fixture.store;
    let declined = OrderOutcome::Declined {
        reason: DeclineReason::parse("No reply for a month").expect("a reason"),
    };
    for ending in [
        None,
        Some((declined, AuditAction::DeclineOrder)),
        Some((OrderOutcome::Withdrawn, AuditAction::WithdrawOrder)),
    ] {
        let order = shop.placed().await;
        assert_eq!(shop.find(order.id).await.as_ref(), Some(&order));
        let contacted = shop.contact(&order);
        assert!(store.change_order(&contacted).await.expect("changed"));
        assert_eq!(shop.find(order.id).await, Some(contacted.after.clone()));
        let end = match ending {
            None => {
                let activation = shop.activation(&contacted.after);
                assert!(shop.activate(&activation).await.expect("activated"));
                activation.0
            }
            Some((outcome, action)) => {
                let end = shop.end(&contacted.after, outcome, action);
                assert!(store.change_order(&end).await.expect("changed"));
                end
            }
        };
        assert_eq!(shop.find(order.id).await, Some(end.after.clone()));
        let entries = store.list_audit_entries(u64::MAX, 3).await.expect("list");
        let actions: Vec<_> = entries.iter().map(|chained| chained.entry.action).collect();
        let expected = [
            end.entry.action,
            AuditAction::NoteOrderContact,
            AuditAction::PlaceOrder,
        ];
        assert_eq!(actions, expected);
        let notices = store.list_unsent(999).await.expect("list");
        let told = |notice: &Option<MailNotice>| {
            let mut queued = notices.iter().map(|queued| Some(&queued.notice));
            queued.any(|queued| queued == notice.as_ref())
        };
        assert!(told(&end.notice), "the notice is in the outbox");
    }
    assert_eq!(shop.find(OrderId(Uuid::from_u128(404))).await, None);
}

/// An order that ends without a contact reads back without one.
pub async fn an_order_may_end_at_once(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let order = shop.placed().await;
    let withdrawn = shop.end(&order, OrderOutcome::Withdrawn, AuditAction::WithdrawOrder);
    let changed = shop.fixture.store.change_order(&withdrawn).await;
    assert!(changed.expect("changed"));
    let found = shop.find(order.id).await;
    assert_eq!(found.as_ref(), Some(&withdrawn.after));
    assert_eq!(found.and_then(|order| order.contacted), None);
}

/// Of 40 forms with one id one orders, and the others add nothing.
pub async fn a_form_that_is_sent_again_orders_once(store: Arc<dyn Storage>) {
    let shop = Arc::new(Shop::new(store).await);
    let new = shop.order();
    let before = shop.traces(new.order.id).await;
    let start = Arc::new(Barrier::new(40));
    let racers = (0..40).map(|_| {
        let entry = shop.entry(AuditAction::PlaceOrder, new.order.id);
        let (shop, start) = (Arc::clone(&shop), Arc::clone(&start));
        let new = NewOrder {
            entry,
            ..new.clone()
        };
        tokio::spawn(async move {
            start.wait().await;
            shop.place(&new).await.expect("placed or not")
        })
    });
    let mut placed = 0;
    for racer in racers.collect::<Vec<_>>() {
        placed += usize::from(racer.await.expect("no racer panics"));
    }
    assert_eq!(placed, 1);
    let expected = Traces {
        order: Some(new.order.clone()),
        audit_entries: before.audit_entries + 1,
        notices: before.notices + 1,
        ..before
    };
    assert_eq!(shop.traces(new.order.id).await, expected);
}

/// An order of nobody, or of no plan, is a conflict and leaves nothing; so does one whose entry exists.
pub async fn an_order_that_conflicts_leaves_nothing(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let (known, new) = (shop.order(), shop.order());
    assert!(shop.place(&known).await.expect("placed"));
    let before = shop.traces(new.order.id).await;
    let unknown = Uuid::from_u128(404);
    let mut of_nobody = new.clone();
    of_nobody.order.person_id = PersonId(unknown);
    let mut of_no_plan = new.clone();
    of_no_plan.order.plan.id = PlanId(unknown);
    let mut twice_audited = new.clone();
    twice_audited.entry.id = known.entry.id;
    for conflicting in [of_nobody, of_no_plan, twice_audited] {
        assert_conflict(shop.place(&conflicting).await);
        assert_eq!(shop.traces(new.order.id).await, before);
    }
}

/// An account's orders are the newest first, open ones the oldest first, and all of them by pages.
pub async fn orders_are_listed(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let store = &shop.fixture.store;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.placed().await);
    }
    let contact = shop.contact(&orders[1]);
    assert!(store.change_order(&contact).await.expect("changed"));
    let withdrawn = shop.end(
        &orders[0],
        OrderOutcome::Withdrawn,
        AuditAction::WithdrawOrder,
    );
    assert!(store.change_order(&withdrawn).await.expect("changed"));
    let expected = [withdrawn.after, contact.after, orders[2].clone()];
    let [first, second, third] = expected;

    let of_account = store.list_orders_of(shop.fixture.account, 2).await;
    assert_eq!(of_account.expect("list"), [third.clone(), second.clone()]);
    let of_another = shop.fixture.another_account().await;
    let of_another = store.list_orders_of(of_another, 9).await;
    assert_eq!(of_another.expect("list"), []);
    let open = store.list_open_orders(9).await.expect("list");
    assert_eq!(open, [second.clone(), third.clone()]);
    let open = store.list_open_orders(1).await.expect("list");
    assert_eq!(open, std::slice::from_ref(&second));
    let page = store.list_orders(PagePosition::END, 2).await.expect("list");
    assert_eq!(page, [third, second.clone()]);
    let rest = store.list_orders(PagePosition::of(&second), 2).await;
    assert_eq!(rest.expect("list"), [first]);
}

/// A change that was made for another status changes nothing.
pub async fn a_change_of_another_status_changes_nothing(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let store = &shop.fixture.store;
    let order = shop.placed().await;
    let (late_activation, late_contact) = (shop.activation(&order), shop.contact(&order));
    let withdrawn = shop.end(&order, OrderOutcome::Withdrawn, AuditAction::WithdrawOrder);
    assert!(store.change_order(&withdrawn).await.expect("changed"));
    let before = shop.traces(order.id).await;
    assert!(!store.change_order(&late_contact).await.expect("refused"));
    assert!(!shop.activate(&late_activation).await.expect("refused"));
    assert_eq!(shop.traces(order.id).await, before);
}

/// Of 40 activations at the same time one grants.
pub async fn of_many_activations_one_grants(store: Arc<dyn Storage>) {
    let shop = Arc::new(Shop::new(store).await);
    let order = shop.placed().await;
    let before = shop.traces(order.id).await;
    let start = Arc::new(Barrier::new(40));
    let racers = (0..40).map(|_| {
        let activation = shop.activation(&order);
        let (shop, start) = (Arc::clone(&shop), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            let activated = shop.activate(&activation).await;
            (activated.expect("activated or not"), activation.0.after)
        })
    });
    let mut winners = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        let (activated, after) = racer.await.expect("no racer panics");
        winners.extend(activated.then_some(after));
    }
    assert_eq!(winners.len(), 1);
    let expected = Traces {
        order: winners.pop(),
        subscriptions: 1,
        ledger_entries: 1,
        audit_entries: before.audit_entries + 1,
        notices: before.notices + 1,
    };
    assert_eq!(shop.traces(order.id).await, expected);
    assert_eq!(shop.fixture.balance().await, 1_000);
    shop.fixture.assert_ledger_balances().await;
    let granted = shop.fixture.subscriptions().await.remove(0);
    let OrderOutcome::Activated {
        subscription_id, ..
    } = expected_end(&expected)
    else {
        panic!("it was activated");
    };
    assert_eq!(
        (granted.id, granted.plan_id),
        (subscription_id, Some(shop.plan.id))
    );
}

fn expected_end(traces: &Traces) -> OrderOutcome {
    let order = traces.order.as_ref().expect("an order");
    order.end.clone().expect("it ended").outcome
}

/// Of an activation and a withdrawal at the same time one takes effect, and credits come with the activation only.
pub async fn an_activation_and_a_withdrawal_exclude_each_other(store: Arc<dyn Storage>) {
    let shop = Arc::new(Shop::new(store).await);
    let mut granted = 0;
    for _ in 0..10 {
        let order = shop.placed().await;
        let activation = shop.activation(&order);
        let withdrawal = shop.end(&order, OrderOutcome::Withdrawn, AuditAction::WithdrawOrder);
        let other = Arc::clone(&shop);
        let withdrawn = tokio::spawn(async move {
            let changed = other.fixture.store.change_order(&withdrawal).await;
            changed.expect("changed or not")
        });
        let activated = shop.activate(&activation).await.expect("activated or not");
        assert_ne!(activated, withdrawn.await.expect("no racer panics"));
        granted += i64::from(activated) * 1_000;
        let status = shop.find(order.id).await.map(|order| order.status());
        let expected = if activated {
            OrderStatus::Activated
        } else {
            OrderStatus::Withdrawn
        };
        assert_eq!(status, Some(expected));
    }
    assert_eq!(shop.fixture.balance().await, granted);
    shop.fixture.assert_ledger_balances().await;
}

/// An activation that conflicts leaves nothing, wherever the conflict is; afterwards the order can be activated.
pub async fn an_activation_that_fails_leaves_nothing(store: Arc<dyn Storage>) {
    let shop = Shop::new(store).await;
    let taken = shop.fixture.grant(7).await;
    let order = shop.placed().await;
    let entries = shop.fixture.store.list_audit_entries(u64::MAX, 1).await;
    let known_entry = entries.expect("list").remove(0);
    let before = shop.traces(order.id).await;

    let mut twice_audited = shop.activation(&order);
    twice_audited.0.entry.id = known_entry.entry.id;
    let (mut same_subscription, _) = shop.activation(&order);
    if let Some(end) = &mut same_subscription.after.end {
        end.outcome = OrderOutcome::Activated {
            subscription_id: taken,
            payment: None,
        };
    }
    for failing in [twice_audited, (same_subscription, taken)] {
        assert_conflict(shop.activate(&failing).await);
        assert_eq!(shop.traces(order.id).await, before);
    }
    assert_eq!(shop.fixture.balance().await, 7);
    assert!(
        shop.activate(&shop.activation(&order))
            .await
            .expect("activated")
    );
    let all = credits(1_007);
    assert_eq!(Credits::new(shop.fixture.balance().await), Ok(all));
}
