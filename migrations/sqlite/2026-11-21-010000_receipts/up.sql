-- Which message a receipt is about, where the provider did not echo our id.
CREATE INDEX messages_by_provider_index ON messages (provider_index)
    WHERE provider_index IS NOT NULL;

-- Messages whose lifetime is over.
CREATE INDEX messages_by_expiry ON messages (expires_at, id);

-- Receipts that came before their message was known.
CREATE TABLE unmatched_receipts (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id     BLOB,
    provider_index BLOB    NOT NULL,
    report         INTEGER NOT NULL CHECK (report BETWEEN 1 AND 5),
    failure_code   INTEGER,
    failure_title  TEXT,
    failure_reason TEXT,
    provider_time  INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    UNIQUE (provider_index, report, provider_time),
    CHECK ((report = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
) STRICT;
