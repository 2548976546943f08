-- Notices to account holders that wait to be mailed, and those that were: an id seen before is no news.
-- No address is kept here: it is read from the account when the mail goes out.
CREATE TABLE notices (
    id          BLOB    PRIMARY KEY NOT NULL,
    account_id  BLOB    NOT NULL REFERENCES accounts (id),
    kind        INTEGER NOT NULL CHECK (kind >= 0),
    details     TEXT    NOT NULL,
    language    INTEGER,
    created_at  INTEGER NOT NULL,
    -- 0 waits, 1 was sent, 2 was given up.
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    failure     TEXT,
    finished_at INTEGER,
    CHECK ((state = 0) = (finished_at IS NULL))
) STRICT;
CREATE INDEX notices_by_due_time ON notices (due_at, id) WHERE state = 0;
CREATE INDEX notices_waiting_by_account ON notices (account_id) WHERE state = 0;
CREATE INDEX notices_by_end ON notices (finished_at) WHERE state <> 0;

-- Keys that are about to expire.
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at, id) WHERE revoked_at IS NULL;
