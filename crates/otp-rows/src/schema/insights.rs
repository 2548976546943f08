//! The tables of insights.

table! {
    /// How far the messages of each account are counted.
    insight_progress (account_id) {
        account_id -> Id,
        counted_until -> Instant,
        settled_until -> Nullable<Instant>,
    }
}

table! {
    /// The counts of the messages of slots and days.
    insight_rollups (account_id, begins_at, is_day) {
        account_id -> Id,
        begins_at -> Instant,
        is_day -> Bool,
        tallies -> Text,
    }
}
