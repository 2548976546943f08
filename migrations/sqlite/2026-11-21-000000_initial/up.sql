-- Instants are milliseconds since 1970-01-01T00:00:00Z, ids the 16 bytes of a UUID.
--
-- Personal data and secrets are sealed before they come here (AES-256-GCM, column type BLOB), and
-- recipients are looked up by a keyed hash. No rule lives in SQL: checks only refuse the impossible.

CREATE TABLE accounts (
    id               BLOB    PRIMARY KEY,
    name             BLOB    NOT NULL,
    email            BLOB    NOT NULL,
    phone            BLOB    NOT NULL,
    company          BLOB    NOT NULL,
    address          BLOB,
    default_language TEXT    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id         BLOB    PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    hint       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_keys_by_account ON api_keys (account_id);

CREATE TABLE plans (
    id             BLOB    PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    credits        INTEGER NOT NULL CHECK (credits > 0),
    price_minor    INTEGER CHECK (price_minor >= 0),
    price_currency TEXT,
    created_at     INTEGER NOT NULL,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL))
) STRICT;

CREATE TABLE subscriptions (
    id         BLOB    PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    plan_id    BLOB    REFERENCES plans (id),
    credits    INTEGER NOT NULL CHECK (credits > 0),
    remaining  INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND credits),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, created_at);

CREATE TABLE prices (
    region  TEXT    PRIMARY KEY,
    credits INTEGER NOT NULL CHECK (credits > 0)
) STRICT;

CREATE TABLE senders (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    phone_number_id TEXT    NOT NULL,
    waba_id         TEXT    NOT NULL,
    phone           BLOB    NOT NULL,
    access_token    BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (account_id, phone_number_id)
) STRICT;

CREATE TABLE templates (
    id         BLOB    PRIMARY KEY,
    sender_id  BLOB    NOT NULL REFERENCES senders (id),
    name       TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (sender_id, name, language)
) STRICT;

CREATE TABLE opt_outs (
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    recipient_index BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (account_id, recipient_index)
) STRICT;

-- Messages and ledger rows reference other tables without foreign keys: they are written under the
-- lock of their account by code that has just read what they name, and a check of every row would
-- cost as much as the row.
CREATE TABLE messages (
    id                  BLOB    PRIMARY KEY,
    account_id          BLOB    NOT NULL,
    api_key_id          BLOB    NOT NULL,
    idempotency_key     BLOB,
    sender_id           BLOB    NOT NULL,
    template_id         BLOB    NOT NULL,
    language            TEXT    NOT NULL,
    recipient_index     BLOB    NOT NULL,
    recipient           BLOB    NOT NULL,
    region              TEXT    NOT NULL,
    price               INTEGER NOT NULL CHECK (price > 0),
    subscription_id     BLOB    NOT NULL,
    status              INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    first_answer        INTEGER,
    provider_index      BLOB,
    provider_message_id BLOB,
    failure_code        INTEGER,
    failure_title       TEXT,
    failure_reason      TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    failed_at           INTEGER,
    -- 4 is Failed. A message that leaves it (it was delivered after all) has no time of failure.
    CHECK ((status = 4) = (failed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX messages_by_idempotency_key ON messages (api_key_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
-- A failed message is no send to its recipient. It is told by its time of failure, as in PostgreSQL.
CREATE INDEX messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NULL;

CREATE TABLE ledger_entries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      BLOB    NOT NULL,
    subscription_id BLOB    NOT NULL,
    message_id      BLOB,
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    amount          INTEGER NOT NULL CHECK (amount <> 0),
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);

CREATE TRIGGER ledger_entries_are_not_changed BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed or removed');
END;
CREATE TRIGGER ledger_entries_are_not_removed BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed or removed');
END;
