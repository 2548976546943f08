-- What became of each message, in the order in which it was recorded: its timeline. One row for what
-- one source says once, so that a receipt that comes again adds nothing. That a message was admitted
-- is told by its own row.
CREATE TABLE message_events (
    id             INTEGER PRIMARY KEY,
    message_id     BLOB    NOT NULL,
    status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    source         INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    changed_status INTEGER NOT NULL CHECK (changed_status IN (0, 1)),
    provider_time  INTEGER,
    recorded_at    INTEGER NOT NULL,
    failure_code   INTEGER,
    failure_title  TEXT,
    failure_reason TEXT,
    UNIQUE (message_id, status, source),
    CHECK ((status = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
) STRICT;

CREATE TRIGGER message_events_stay BEFORE UPDATE ON message_events
BEGIN
    SELECT RAISE(ABORT, 'message events are never changed');
END;

-- Pages of an account's messages, newest first.
CREATE INDEX messages_by_account ON messages (account_id, created_at, id);
-- With messages_by_recipient, which has all the others: every message to a recipient.
CREATE INDEX failed_messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NOT NULL;
