-- The wish that holds for a recipient, 1 (stop) or 2 (start), and when it was made. A start is kept as well:
-- an older stop that is reported after it must not win.
ALTER TABLE opt_outs RENAME COLUMN created_at TO wished_at;
ALTER TABLE opt_outs ADD COLUMN wish INTEGER NOT NULL DEFAULT 1 CHECK (wish IN (1, 2));

-- Every wish there was.
CREATE TABLE consent_log (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    recipient_index BLOB    NOT NULL,
    recipient       BLOB,
    wish            INTEGER NOT NULL CHECK (wish IN (1, 2)),
    source          INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    message_index   BLOB,
    wished_at       INTEGER NOT NULL,
    recorded_at     INTEGER NOT NULL,
    UNIQUE (account_id, recipient_index, message_index)
) STRICT;

CREATE TRIGGER consent_is_not_changed BEFORE UPDATE ON consent_log
BEGIN
    SELECT RAISE(ABORT, 'consent is never changed or removed');
END;
CREATE TRIGGER consent_is_not_removed BEFORE DELETE ON consent_log
BEGIN
    SELECT RAISE(ABORT, 'consent is never changed or removed');
END;

-- Which recipient the provider means by a number of its spelling or by a user id, both as keyed hashes.
CREATE TABLE recipient_identities (
    identity        BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    recipient_index BLOB    NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (identity, account_id)
) STRICT;

-- Wishes whose recipient is not known for sure.
CREATE TABLE unresolved_wishes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    message_index   BLOB    NOT NULL UNIQUE,
    wish            INTEGER NOT NULL CHECK (wish IN (1, 2)),
    source          INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    phone_number_id TEXT,
    context_index   BLOB,
    user_identity   BLOB,
    number_identity BLOB,
    recipient_index BLOB,
    wished_at       INTEGER NOT NULL,
    received_at     INTEGER NOT NULL
) STRICT;

-- A receipt that came before its message was known tells who its recipient is, too.
ALTER TABLE unmatched_receipts ADD COLUMN user_identity BLOB;
ALTER TABLE unmatched_receipts ADD COLUMN number_identity BLOB;

-- Whose number a wish was written to.
CREATE INDEX senders_by_phone_number_id ON senders (phone_number_id);
