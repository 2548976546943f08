//! The tables, as the migrations in `migrations/postgres` leave them.

diesel::table! {
    accounts (id) {
        id -> Uuid,
        name -> Bytea,
        email -> Bytea,
        phone -> Bytea,
        company -> Bytea,
        address -> Nullable<Bytea>,
        default_language -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        account_id -> Uuid,
        name -> Text,
        hash -> Bytea,
        hint -> Text,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    plans (id) {
        id -> Uuid,
        name -> Text,
        credits -> Integer,
        price_minor -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Uuid,
        account_id -> Uuid,
        plan_id -> Nullable<Uuid>,
        credits -> Integer,
        remaining -> Integer,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    prices (region) {
        region -> Text,
        credits -> Integer,
    }
}

diesel::table! {
    senders (id) {
        id -> Uuid,
        account_id -> Uuid,
        phone_number_id -> Text,
        waba_id -> Text,
        phone -> Bytea,
        access_token -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    templates (id) {
        id -> Uuid,
        sender_id -> Uuid,
        name -> Text,
        language -> Text,
        created_at -> Timestamptz,
        provider_id -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        status_since -> Nullable<Timestamptz>,
        ttl_seconds -> Nullable<Integer>,
        code_expiry_minutes -> Nullable<Integer>,
    }
}

diesel::table! {
    opt_outs (account_id, recipient_index) {
        account_id -> Uuid,
        recipient_index -> Bytea,
        requested_at -> Timestamptz,
        request -> SmallInt,
    }
}

diesel::table! {
    consent_log (id) {
        id -> BigInt,
        account_id -> Uuid,
        recipient_index -> Bytea,
        recipient -> Nullable<Bytea>,
        request -> SmallInt,
        source -> SmallInt,
        message_index -> Nullable<Bytea>,
        requested_at -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    unresolved_consents (id) {
        id -> BigInt,
        message_index -> Bytea,
        request -> SmallInt,
        source -> SmallInt,
        phone_number_id -> Nullable<Text>,
        context_index -> Nullable<Bytea>,
        user_identity -> Nullable<Bytea>,
        number_identity -> Nullable<Bytea>,
        recipient_index -> Nullable<Bytea>,
        requested_at -> Timestamptz,
        received_at -> Timestamptz,
    }
}

// Only the columns that are read. The others are written by the send ledger's own statements.
diesel::table! {
    messages (id) {
        id -> Uuid,
        account_id -> Uuid,
        api_key_id -> Uuid,
        recipient -> Bytea,
        price -> Integer,
        subscription_id -> Uuid,
        status -> SmallInt,
        first_answer -> Nullable<SmallInt>,
        provider_index -> Nullable<Bytea>,
        provider_message_id -> Nullable<Bytea>,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        failed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    message_events (message_id, status, source) {
        id -> BigInt,
        message_id -> Uuid,
        status -> SmallInt,
        source -> SmallInt,
        changed_status -> Bool,
        provider_time -> Nullable<Timestamptz>,
        recorded_at -> Timestamptz,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
    }
}

diesel::table! {
    unmatched_receipts (id) {
        id -> BigInt,
        message_id -> Nullable<Uuid>,
        provider_index -> Bytea,
        report -> SmallInt,
        failure_code -> Nullable<Integer>,
        failure_title -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        provider_time -> Timestamptz,
        received_at -> Timestamptz,
        user_identity -> Nullable<Bytea>,
        number_identity -> Nullable<Bytea>,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> BigInt,
        account_id -> Uuid,
        subscription_id -> Uuid,
        message_id -> Nullable<Uuid>,
        kind -> SmallInt,
        amount -> Integer,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    notices (id) {
        id -> Uuid,
        account_id -> Uuid,
        kind -> SmallInt,
        details -> Text,
        language -> Nullable<SmallInt>,
        created_at -> Timestamptz,
        state -> SmallInt,
        due_at -> Timestamptz,
        attempts -> Integer,
        failure -> Nullable<Text>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sender_health (sender_id) {
        sender_id -> Uuid,
        stopped_at -> Nullable<Timestamptz>,
        stopped_by -> Nullable<SmallInt>,
        stop_http_status -> Nullable<Integer>,
        stop_message -> Nullable<Text>,
        stop_code -> Nullable<Integer>,
        stop_title -> Nullable<Text>,
        stop_reason -> Nullable<Text>,
        quality -> Nullable<SmallInt>,
        messaging_limit -> Nullable<Text>,
        checked_at -> Nullable<Timestamptz>,
        check_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(sender_health -> senders (sender_id));
diesel::joinable!(templates -> senders (sender_id));
diesel::allow_tables_to_appear_in_same_query!(messages, subscriptions);
diesel::allow_tables_to_appear_in_same_query!(sender_health, senders, templates);
