//! The tables about people.

table! {
    /// The people who sign in.
    persons (id) {
        id -> Id,
        email_index -> Binary,
        email -> Binary,
        name -> Binary,
        password -> Text,
        language -> SmallInt,
        created_at -> Instant,
    }
}

table! {
    /// The memberships of people in accounts.
    memberships (person_id, account_id) {
        person_id -> Id,
        account_id -> Id,
        role -> SmallInt,
        since -> Instant,
    }
}

table! {
    /// The invitations to the teams of accounts.
    team_invitations (id) {
        id -> Id,
        account_id -> Id,
        email_index -> Binary,
        email -> Binary,
        role -> SmallInt,
        created_at -> Instant,
        closed_at -> Nullable<Instant>,
    }
}

table! {
    /// The people of the operator.
    staff (person_id) {
        person_id -> Id,
        role -> SmallInt,
        since -> Instant,
    }
}

table! {
    /// The devices with which people signed in.
    known_devices (person_id, device) {
        person_id -> Id,
        device -> SmallInt,
    }
}

table! {
    /// The sessions of people.
    sessions (id) {
        id -> Id,
        token_hash -> Binary,
        person_id -> Id,
        browser -> Nullable<SmallInt>,
        system -> Nullable<SmallInt>,
        stage -> SmallInt,
        created_at -> Instant,
        last_seen_at -> Instant,
        proven_at -> Instant,
        account_id -> Nullable<Id>,
    }
}

table! {
    /// Links that sign a person in once.
    sign_in_links (token_hash) {
        token_hash -> Binary,
        person_id -> Id,
        expires_at -> Instant,
    }
}

table! {
    /// The second factors of people.
    second_factors (person_id) {
        person_id -> Id,
        session_id -> Id,
        secret -> Binary,
        confirmed_at -> Nullable<Instant>,
        last_step -> BigInt,
    }
}

table! {
    /// The recovery codes of people.
    recovery_codes (person_id, hash) {
        person_id -> Id,
        hash -> Binary,
    }
}

table! {
    /// Wrong passwords since the last right one.
    sign_in_failures (email_index) {
        email_index -> Binary,
        count -> Integer,
        last_at -> Instant,
    }
}
