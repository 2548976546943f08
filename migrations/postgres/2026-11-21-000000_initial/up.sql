-- Personal data and secrets are sealed before they come here (AES-256-GCM, column type bytea), and
-- recipients are looked up by a keyed hash. No rule lives in SQL: checks only refuse the impossible.

CREATE TABLE accounts (
    id               uuid        PRIMARY KEY,
    name             bytea       NOT NULL,
    email            bytea       NOT NULL,
    phone            bytea       NOT NULL,
    company          bytea       NOT NULL,
    address          bytea,
    default_language text        NOT NULL,
    created_at       timestamptz NOT NULL
);

CREATE TABLE api_keys (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES accounts (id),
    name       text        NOT NULL,
    hash       bytea       NOT NULL UNIQUE,
    hint       text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_by_account ON api_keys (account_id);

CREATE TABLE plans (
    id             uuid        PRIMARY KEY,
    name           text        NOT NULL UNIQUE,
    credits        integer     NOT NULL CHECK (credits > 0),
    price_minor    bigint      CHECK (price_minor >= 0),
    price_currency text,
    created_at     timestamptz NOT NULL,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL))
);

CREATE TABLE subscriptions (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES accounts (id),
    plan_id    uuid        REFERENCES plans (id),
    credits    integer     NOT NULL CHECK (credits > 0),
    remaining  integer     NOT NULL CHECK (remaining BETWEEN 0 AND credits),
    created_at timestamptz NOT NULL
) WITH (fillfactor = 50); -- the balance changes with every batch: room for updates within the page
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, created_at);

CREATE TABLE prices (
    region  text    PRIMARY KEY,
    credits integer NOT NULL CHECK (credits > 0)
);

CREATE TABLE senders (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    phone_number_id text        NOT NULL,
    waba_id         text        NOT NULL,
    phone           bytea       NOT NULL,
    access_token    bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    UNIQUE (account_id, phone_number_id)
);

CREATE TABLE templates (
    id         uuid        PRIMARY KEY,
    sender_id  uuid        NOT NULL REFERENCES senders (id),
    name       text        NOT NULL,
    language   text        NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (sender_id, name, language)
);

CREATE TABLE opt_outs (
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    recipient_index bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (account_id, recipient_index)
);

-- Messages and ledger rows reference other tables without foreign keys: they are written under the
-- lock of their account by code that has just read what they name, and a check of every row would
-- cost as much as the row.
CREATE TABLE messages (
    id                  uuid        PRIMARY KEY,
    account_id          uuid        NOT NULL,
    api_key_id          uuid        NOT NULL,
    idempotency_key     uuid,
    sender_id           uuid        NOT NULL,
    template_id         uuid        NOT NULL,
    language            text        NOT NULL,
    recipient_index     bytea       NOT NULL,
    recipient           bytea       NOT NULL,
    region              text        NOT NULL,
    price               integer     NOT NULL CHECK (price > 0),
    subscription_id     uuid        NOT NULL,
    status              smallint    NOT NULL CHECK (status BETWEEN 0 AND 5),
    first_answer        smallint,
    provider_index      bytea,
    provider_message_id bytea,
    failure_code        integer,
    failure_title       text,
    failure_reason      text,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    expires_at          timestamptz NOT NULL,
    failed_at           timestamptz,
    -- 4 is Failed. A message that leaves it (it was delivered after all) has no time of failure.
    CHECK ((status = 4) = (failed_at IS NOT NULL))
) WITH (fillfactor = 80); -- each row is updated at least once, soon: room for it within the page
CREATE UNIQUE INDEX messages_by_idempotency_key ON messages (api_key_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
-- A failed message is no send to its recipient. It is told by its time of failure, not by its status:
-- a column in an index costs every change of it a new entry in each index of the table, and the status
-- of every message changes.
CREATE INDEX messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NULL;

CREATE TABLE ledger_entries (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL,
    subscription_id uuid        NOT NULL,
    message_id      uuid,
    kind            smallint    NOT NULL CHECK (kind BETWEEN 0 AND 2),
    amount          integer     NOT NULL CHECK (amount <> 0),
    created_at      timestamptz NOT NULL
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed or removed';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
