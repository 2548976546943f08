//! The tables of orders.

table! {
    /// Orders of plans.
    orders (id) {
        id -> Id,
        account_id -> Id,
        person_id -> Id,
        plan_id -> Id,
        plan_name -> Text,
        credits -> Integer,
        price_minor -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        contact_by -> SmallInt,
        notes -> Nullable<Binary>,
        language -> SmallInt,
        placed_at -> Instant,
        status -> SmallInt,
        subscription_id -> Nullable<Id>,
        payment -> Nullable<Binary>,
        reason -> Nullable<Text>,
    }
}

table! {
    /// The steps of orders after they were placed.
    order_steps (order_id, status) {
        order_id -> Id,
        status -> SmallInt,
        at -> Instant,
        actor -> Text,
    }
}
