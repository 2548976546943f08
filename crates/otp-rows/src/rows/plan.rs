//! Plans, and the prices of messages.

use diesel::prelude::*;
use otp_core::credits::Credits;
use otp_core::ids::PlanId;
use otp_core::plan::{Currency, Money, Plan};
use otp_core::pricing::PriceKey;
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::{plans, prices};

/// A plan.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans)]
pub struct PlanRow {
    id: Col<PlanId>,
    name: Col<String>,
    credits: Col<Credits>,
    price_minor: Col<Option<i64>>,
    price_currency: Col<Option<Currency>>,
    created_at: Col<Timestamp>,
    retired_at: Col<Option<Timestamp>>,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: Col(plan.id),
            name: Col(plan.name.clone()),
            credits: Col(plan.credits),
            price_minor: Col(plan.price.map(|price| price.minor_units)),
            price_currency: Col(plan.price.map(|price| price.currency)),
            created_at: Col(plan.created_at),
            retired_at: Col(plan.retired_at),
        }
    }
}

impl From<PlanRow> for Plan {
    fn from(row: PlanRow) -> Self {
        let price = row.price_minor.0.zip(row.price_currency.0);
        Self {
            id: row.id.0,
            name: row.name.0,
            credits: row.credits.0,
            price: price.map(|(minor_units, currency)| Money {
                minor_units,
                currency,
            }),
            created_at: row.created_at.0,
            retired_at: row.retired_at.0,
        }
    }
}

/// The price of a message to a region, or of a mail.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = prices)]
pub struct PriceRow {
    key: Col<PriceKey>,
    credits: Col<Credits>,
}

impl From<(PriceKey, Credits)> for PriceRow {
    fn from((key, credits): (PriceKey, Credits)) -> Self {
        Self {
            key: Col(key),
            credits: Col(credits),
        }
    }
}

impl From<PriceRow> for (PriceKey, Credits) {
    fn from(row: PriceRow) -> Self {
        (row.key.0, row.credits.0)
    }
}
