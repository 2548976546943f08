//! How orders and plans are shown, to the account holder and to staff.

use otp_core::ids::OrderId;
use otp_core::order::{ContactWay, Order, OrderStatus};
use otp_core::plan::Money;
use otp_core::time::Timestamp;

use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;

/// The beginning of the paths of an account's orders.
pub(crate) const ORDERS: &str = "/dashboard/orders";

/// An order in a list.
#[derive(Debug, Clone)]
pub(crate) struct ShownOrder {
    pub(crate) id: String,
    /// The short name, for people who talk about it.
    pub(crate) reference: String,
    pub(crate) plan: String,
    pub(crate) credits: u64,
    pub(crate) price: Price,
    pub(crate) status: OrderStatus,
    pub(crate) contact_by: ContactWay,
    pub(crate) placed_at: Timestamp,
}

/// The price of a plan, as decimal number with its currency.
#[derive(Debug, Clone)]
pub(crate) struct Price(Option<String>);

impl From<Option<Money>> for Price {
    fn from(price: Option<Money>) -> Self {
        let written = |price: Money| format!("{} {}", price.to_decimal(), price.currency.as_str());
        Self(price.map(written))
    }
}

impl Price {
    /// Returns the price, or the words for one that is negotiated.
    pub(crate) fn words(&self, page: &Page) -> Markup {
        match &self.0 {
            Some(price) => page.code(price),
            None => page.t("price-negotiated"),
        }
    }
}

impl From<&Order> for ShownOrder {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.to_string(),
            reference: order.id.reference(),
            plan: order.plan.name.clone(),
            credits: count(order.plan.credits.get()),
            price: order.plan.price.into(),
            status: order.status(),
            contact_by: order.contact_by,
            placed_at: order.placed_at,
        }
    }
}

impl ShownOrder {
    /// Returns the words for the number of credits.
    pub(crate) fn credits_words(&self, page: &Page) -> Markup {
        credits(page, self.credits)
    }

    /// Returns the key of the words for its status.
    pub(crate) const fn status_key(&self) -> &'static str {
        status_key(self.status)
    }

    /// Returns the class of the sign of its status.
    pub(crate) const fn badge(&self) -> &'static str {
        match self.status {
            OrderStatus::Pending => "is-warn",
            OrderStatus::Contacted | OrderStatus::Activated => "is-good",
            OrderStatus::Declined => "is-bad",
            OrderStatus::Withdrawn => "is-off",
        }
    }

    /// Returns whether nothing happens to it any more, and nothing came of it.
    pub(crate) const fn is_hollow(&self) -> bool {
        matches!(self.status, OrderStatus::Withdrawn | OrderStatus::Declined)
    }

    /// Returns whether something can still happen to it.
    pub(crate) const fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Returns the key of the words for the way to the person.
    pub(crate) const fn contact_key(&self) -> &'static str {
        contact_key(self.contact_by)
    }
}

/// Returns the words for a number of credits.
pub(crate) fn credits(page: &Page, number: u64) -> Markup {
    page.say_all("credits-number", &[("credits", Value::Number(number))])
}

/// Returns a number that is never negative.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Returns the path of an order of the account.
pub(crate) fn path(id: OrderId) -> String {
    format!("{ORDERS}/{id}")
}

const fn status_key(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Pending => "order-waiting",
        OrderStatus::Contacted => "order-contacted",
        OrderStatus::Activated => "order-activated",
        OrderStatus::Declined => "order-declined",
        OrderStatus::Withdrawn => "order-withdrawn",
    }
}

const fn contact_key(way: ContactWay) -> &'static str {
    match way {
        ContactWay::WhatsApp => "by-whatsapp",
        ContactWay::Email => "by-email",
    }
}

/// Returns an order for the states of a page.
pub(crate) fn sample(number: u8, plan: &str, status: OrderStatus) -> ShownOrder {
    ShownOrder {
        id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
        reference: format!("7F3A90{number:02}"),
        plan: plan.to_owned(),
        credits: 10_000,
        price: Price(number.is_multiple_of(2).then(|| "149.00 USD".to_owned())),
        status,
        contact_by: ContactWay::ALL[usize::from(number) % 2],
        placed_at: Timestamp::from_unix_millis(1_795_874_531_000),
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let statuses = OrderStatus::ALL.map(status_key);
    let ways = ContactWay::ALL.map(contact_key);
    let others = ["credits-number", "price-negotiated"];
    statuses.into_iter().chain(ways).chain(others).collect()
}
