-- The wish that holds for a recipient, 1 (stop) or 2 (start), and when it was made. A start is kept as well:
-- an older stop that is reported after it must not win.
ALTER TABLE opt_outs RENAME COLUMN created_at TO wished_at;
ALTER TABLE opt_outs ADD COLUMN wish smallint NOT NULL DEFAULT 1 CHECK (wish IN (1, 2));

-- Every wish there was.
CREATE TABLE consent_log (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    recipient_index bytea       NOT NULL,
    recipient       bytea,
    wish            smallint    NOT NULL CHECK (wish IN (1, 2)),
    source          smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    message_index   bytea,
    wished_at       timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    UNIQUE (account_id, recipient_index, message_index)
);

CREATE FUNCTION consent_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent is never changed or removed';
END $$;
CREATE TRIGGER consent_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_log
    FOR EACH STATEMENT EXECUTE FUNCTION consent_log_is_append_only();

-- Which recipient the provider means by a number of its spelling or by a user id, both as keyed hashes.
CREATE TABLE recipient_identities (
    identity        bytea       NOT NULL,
    account_id      uuid        NOT NULL,
    recipient_index bytea       NOT NULL,
    seen_at         timestamptz NOT NULL,
    PRIMARY KEY (identity, account_id)
);

-- Wishes whose recipient is not known for sure.
CREATE TABLE unresolved_wishes (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_index   bytea       NOT NULL UNIQUE,
    wish            smallint    NOT NULL CHECK (wish IN (1, 2)),
    source          smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    phone_number_id text,
    context_index   bytea,
    user_identity   bytea,
    number_identity bytea,
    recipient_index bytea,
    wished_at       timestamptz NOT NULL,
    received_at     timestamptz NOT NULL
);

-- A receipt that came before its message was known tells who its recipient is, too.
ALTER TABLE unmatched_receipts ADD COLUMN user_identity bytea;
ALTER TABLE unmatched_receipts ADD COLUMN number_identity bytea;

-- Whose number a wish was written to.
CREATE INDEX senders_by_phone_number_id ON senders (phone_number_id);
