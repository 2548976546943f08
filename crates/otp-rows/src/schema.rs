//! The tables as diesel sees them, once for both databases; `migrations/` creates them.
//!
//! Ids and instants have a type of [`encoding`](crate::encoding), because the databases store them
//! differently; every other column has a type of diesel's.

/// The version of the newest migration that the code of this program needs. A later migration may still
/// be pending when the program runs: an index, a removal, or what only the next release will use.
pub const NEWEST_NEEDED_MIGRATION: &str = "20261128000000";

macro_rules! table {
    ($($table:tt)*) => {
        diesel::table! {
            use diesel::sql_types::*;
            use crate::encoding::{Id, Instant};

            $($table)*
        }
    };
}

mod insights;
mod ordering;
mod people;

pub use insights::{insight_progress, insight_rollups};
pub use ordering::{order_steps, orders};
pub use people::*;

table! {
    /// Accounts, their contact details sealed.
    accounts (id) {
        id -> Id,
        test_of -> Nullable<Id>,
        name -> Binary,
        email -> Binary,
        phone -> Binary,
        company -> Binary,
        address -> Nullable<Binary>,
        default_language -> Text,
        low_balance_percent -> SmallInt,
        standing -> SmallInt,
        proof_subject -> SmallInt,
        email_sender -> Nullable<Binary>,
        muted_topics -> SmallInt,
        webhook_events -> Integer,
        created_at -> Instant,
    }
}

table! {
    /// The wrapped keys of the installation and of accounts.
    keyring (owner_id) {
        owner_id -> Id,
        key -> Binary,
        master_key_id -> Binary,
    }
}

table! {
    /// Keys that sign proofs, their secret halves sealed.
    proof_keys (id) {
        id -> Id,
        number -> Integer,
        public_key -> Binary,
        secret -> Binary,
        created_at -> Instant,
        active_from -> Instant,
        retired_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
    }
}

table! {
    /// API keys, as hashes.
    api_keys (id) {
        id -> Id,
        account_id -> Id,
        name -> Text,
        hash -> Binary,
        hint -> Text,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
        last_used_on -> Nullable<Instant>,
    }
}

table! {
    /// The audit trail.
    audit_entries (sequence) {
        sequence -> BigInt,
        id -> Id,
        at -> Instant,
        actor -> Text,
        action -> Text,
        subject -> Id,
        hash -> Binary,
    }
}

table! {
    /// The head of the audit trail, in one row.
    audit_head (id) {
        id -> SmallInt,
        sequence -> BigInt,
        hash -> Binary,
    }
}

table! {
    /// Plans that can be ordered.
    plans (id) {
        id -> Id,
        name -> Text,
        credits -> Integer,
        price_minor -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        created_at -> Instant,
        retired_at -> Nullable<Instant>,
    }
}

table! {
    /// Credits granted to accounts.
    subscriptions (id) {
        id -> Id,
        account_id -> Id,
        plan_id -> Nullable<Id>,
        credits -> Integer,
        remaining -> Integer,
        created_at -> Instant,
        announced -> SmallInt,
        revoked_at -> Nullable<Instant>,
    }
}

table! {
    /// Credits a message costs, by region, and credits a mail costs.
    prices (key) {
        key -> Text,
        credits -> Integer,
    }
}

table! {
    /// WhatsApp numbers of accounts.
    senders (id) {
        id -> Id,
        account_id -> Id,
        phone_number_id -> Text,
        waba_id -> Text,
        phone -> Binary,
        access_token -> Binary,
        created_at -> Instant,
        removed_at -> Nullable<Instant>,
    }
}

table! {
    /// Authentication templates of senders.
    templates (id) {
        id -> Id,
        sender_id -> Id,
        name -> Text,
        language -> Text,
        created_at -> Instant,
        provider_id -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        status_since -> Nullable<Instant>,
        ttl_seconds -> Nullable<Integer>,
        code_expiry_minutes -> Nullable<Integer>,
    }
}

table! {
    /// The consent request that holds for each recipient.
    opt_outs (account_id, recipient_index) {
        account_id -> Id,
        recipient_index -> Binary,
        requested_at -> Instant,
        request -> SmallInt,
    }
}

table! {
    /// Every consent request ever made.
    consent_log (id) {
        id -> BigInt,
        account_id -> Id,
        recipient_index -> Binary,
        request -> SmallInt,
        source -> SmallInt,
        message_index -> Nullable<Binary>,
        requested_at -> Instant,
        recorded_at -> Instant,
    }
}

table! {
    /// Consent requests whose recipient is not known for certain yet.
    unresolved_consents (id) {
        id -> BigInt,
        message_index -> Binary,
        request -> SmallInt,
        source -> SmallInt,
        phone_number_id -> Nullable<Text>,
        context_index -> Nullable<Binary>,
        person -> Binary,
        requested_at -> Instant,
        received_at -> Instant,
    }
}

table! {
    /// Messages. It lists the columns that the query builder uses; statements written by hand use the
    /// others, too.
    messages (id) {
        id -> Id,
        account_id -> Id,
        api_key_id -> Id,
        recipient -> Nullable<Binary>,
        price -> Integer,
        subscription_id -> Nullable<Id>,
        status -> SmallInt,
        first_answer -> Nullable<SmallInt>,
        provider_index -> Nullable<Binary>,
        provider_message_id -> Nullable<Binary>,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        created_at -> Instant,
        expires_at -> Instant,
        failed_at -> Nullable<Instant>,
    }
}

table! {
    /// Requests with an idempotency key, and their answers.
    idempotent_requests (api_key_id, key_hash) {
        api_key_id -> Id,
        key_hash -> Binary,
        fingerprint -> Binary,
        begun_at -> Instant,
        answer -> Nullable<Binary>,
    }
}

table! {
    /// The timelines of messages.
    message_events (message_id, status, source) {
        id -> BigInt,
        message_id -> Id,
        status -> SmallInt,
        source -> SmallInt,
        changed_status -> Bool,
        provider_time -> Nullable<Instant>,
        recorded_at -> Instant,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
    }
}

table! {
    /// Receipts that came before their message was known.
    unmatched_receipts (id) {
        id -> BigInt,
        phone_number_id -> Text,
        message_id -> Nullable<Id>,
        provider_index -> Binary,
        report -> SmallInt,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        provider_time -> Instant,
        received_at -> Instant,
        recipient -> Nullable<Binary>,
    }
}

table! {
    /// The provider's names for recipients, as keyed hashes.
    recipient_identities (identity, account_id) {
        identity -> Binary,
        account_id -> Id,
        recipient_index -> Binary,
        seen_at -> Instant,
    }
}

table! {
    /// Every change of a balance.
    ledger_entries (id) {
        id -> BigInt,
        account_id -> Id,
        subscription_id -> Id,
        message_id -> Nullable<Id>,
        kind -> SmallInt,
        amount -> Integer,
        created_at -> Instant,
    }
}

table! {
    /// Mail to account holders: what waits to be sent, and what was sent.
    notices (id) {
        id -> Id,
        account_id -> Id,
        kind -> SmallInt,
        details -> Text,
        language -> Nullable<SmallInt>,
        created_at -> Instant,
        state -> SmallInt,
        due_at -> Instant,
        attempts -> Integer,
        failure -> Nullable<Text>,
        finished_at -> Nullable<Instant>,
    }
}

table! {
    /// The health of senders that were ever checked.
    sender_health (sender_id) {
        sender_id -> Id,
        stopped_at -> Nullable<Instant>,
        stopped_by -> Nullable<SmallInt>,
        stop_http_status -> Nullable<Integer>,
        stop_message -> Nullable<Text>,
        stop_code -> Nullable<Integer>,
        stop_title -> Nullable<Text>,
        stop_reason -> Nullable<Text>,
        quality -> Nullable<SmallInt>,
        messaging_limit -> Nullable<Text>,
        checked_at -> Nullable<Instant>,
        check_at -> Nullable<Instant>,
    }
}

table! {
    /// The messages of test inboxes, sealed.
    test_messages (message_id) {
        message_id -> Id,
        account_id -> Id,
        channel -> SmallInt,
        recipient_index -> Binary,
        recipient -> Binary,
        code -> Binary,
        received_at -> Instant,
        life_number -> Nullable<SmallInt>,
        life_step -> Nullable<Integer>,
        life_due_at -> Nullable<Instant>,
    }
}

table! {
    /// The reviewer numbers of accounts, sealed.
    reviewer_numbers (id) {
        id -> Id,
        account_id -> Id,
        recipient_index -> Binary,
        recipient -> Binary,
        code -> Binary,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

table! {
    /// The endpoints of customers, sealed.
    webhook_endpoints (id) {
        id -> Id,
        account_id -> Id,
        url -> Nullable<Binary>,
        description -> Nullable<Binary>,
        events -> Integer,
        standing -> SmallInt,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<Instant>,
        created_at -> Instant,
    }
}

table! {
    /// The deliveries of events to endpoints.
    webhook_deliveries (endpoint_id, event_id) {
        endpoint_id -> Id,
        event_id -> Id,
        state -> SmallInt,
        due_at -> Instant,
    }
}

table! {
    /// When each endpoint has its next turn.
    webhook_turns (endpoint_id) {
        endpoint_id -> Id,
        account_id -> Id,
        due_at -> Nullable<Instant>,
        leased_until -> Nullable<Instant>,
        failures -> Integer,
        failing_since -> Nullable<Instant>,
        rests_until -> Nullable<Instant>,
    }
}

table! {
    /// The messages that wait for their hand-over.
    queued_messages (message_id) {
        message_id -> Id,
        due_at -> Instant,
        claimed_at -> Nullable<Instant>,
    }
}

table! {
    /// The oldest program that the schema serves, by the newest migration it knows. One row.
    schema_support (id) {
        id -> SmallInt,
        oldest_version -> Text,
    }
}

table! {
    /// The applied migrations; diesel's own table.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

diesel::joinable!(sender_health -> senders (sender_id));
diesel::joinable!(templates -> senders (sender_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, keyring);
diesel::allow_tables_to_appear_in_same_query!(messages, subscriptions);
diesel::allow_tables_to_appear_in_same_query!(sender_health, senders, templates);
