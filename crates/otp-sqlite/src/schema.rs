//! The tables as diesel sees them; `migrations/sqlite` creates them.
//!
//! SQLite knows one integer type: the width named here is that of the value in Rust.

diesel::table! {
    accounts (id) {
        id -> Binary,
        name -> Binary,
        email -> Binary,
        phone -> Binary,
        company -> Binary,
        address -> Nullable<Binary>,
        default_language -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Binary,
        account_id -> Binary,
        name -> Text,
        hash -> Binary,
        hint -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    plans (id) {
        id -> Binary,
        name -> Text,
        credits -> BigInt,
        price_minor -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Binary,
        account_id -> Binary,
        plan_id -> Nullable<Binary>,
        credits -> BigInt,
        remaining -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    prices (region) {
        region -> Text,
        credits -> BigInt,
    }
}

diesel::table! {
    senders (id) {
        id -> Binary,
        account_id -> Binary,
        phone_number_id -> Text,
        waba_id -> Text,
        phone -> Binary,
        access_token -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    templates (id) {
        id -> Binary,
        sender_id -> Binary,
        name -> Text,
        language -> Text,
        created_at -> BigInt,
        provider_id -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        status_since -> Nullable<BigInt>,
        ttl_seconds -> Nullable<Integer>,
        code_expiry_minutes -> Nullable<Integer>,
    }
}

diesel::table! {
    opt_outs (account_id, recipient_index) {
        account_id -> Binary,
        recipient_index -> Binary,
        requested_at -> BigInt,
        request -> SmallInt,
    }
}

diesel::table! {
    consent_log (id) {
        id -> BigInt,
        account_id -> Binary,
        recipient_index -> Binary,
        recipient -> Nullable<Binary>,
        request -> SmallInt,
        source -> SmallInt,
        message_index -> Nullable<Binary>,
        requested_at -> BigInt,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    unresolved_consents (id) {
        id -> BigInt,
        message_index -> Binary,
        request -> SmallInt,
        source -> SmallInt,
        phone_number_id -> Nullable<Text>,
        context_index -> Nullable<Binary>,
        user_identity -> Nullable<Binary>,
        number_identity -> Nullable<Binary>,
        recipient_index -> Nullable<Binary>,
        requested_at -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    /// The columns that are read one message at a time; the send ledger's statements write the others.
    messages (id) {
        id -> Binary,
        account_id -> Binary,
        api_key_id -> Binary,
        recipient -> Binary,
        price -> BigInt,
        subscription_id -> Binary,
        status -> SmallInt,
        first_answer -> Nullable<SmallInt>,
        provider_index -> Nullable<Binary>,
        provider_message_id -> Nullable<Binary>,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        failed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    message_events (message_id, status, source) {
        id -> BigInt,
        message_id -> Binary,
        status -> SmallInt,
        source -> SmallInt,
        changed_status -> Bool,
        provider_time -> Nullable<BigInt>,
        recorded_at -> BigInt,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
    }
}

diesel::table! {
    unmatched_receipts (id) {
        id -> BigInt,
        message_id -> Nullable<Binary>,
        provider_index -> Binary,
        report -> SmallInt,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        provider_time -> BigInt,
        received_at -> BigInt,
        user_identity -> Nullable<Binary>,
        number_identity -> Nullable<Binary>,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> BigInt,
        account_id -> Binary,
        subscription_id -> Binary,
        message_id -> Nullable<Binary>,
        kind -> SmallInt,
        amount -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    notices (id) {
        id -> Binary,
        account_id -> Binary,
        kind -> SmallInt,
        details -> Text,
        language -> Nullable<SmallInt>,
        created_at -> BigInt,
        state -> SmallInt,
        due_at -> BigInt,
        attempts -> Integer,
        failure -> Nullable<Text>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sender_health (sender_id) {
        sender_id -> Binary,
        stopped_at -> Nullable<BigInt>,
        stopped_by -> Nullable<SmallInt>,
        stop_http_status -> Nullable<Integer>,
        stop_message -> Nullable<Text>,
        stop_code -> Nullable<Integer>,
        stop_title -> Nullable<Text>,
        stop_reason -> Nullable<Text>,
        quality -> Nullable<SmallInt>,
        messaging_limit -> Nullable<Text>,
        checked_at -> Nullable<BigInt>,
        check_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(sender_health -> senders (sender_id));
diesel::joinable!(templates -> senders (sender_id));
diesel::allow_tables_to_appear_in_same_query!(sender_health, senders, templates);
