-- Which message a receipt is about, where the provider did not echo our id.
CREATE INDEX messages_by_provider_index ON messages (provider_index)
    WHERE provider_index IS NOT NULL;

-- Messages whose lifetime is over. Without a condition on the status: a status that is part of an index
-- makes every change of it a new version of the row in all indexes.
CREATE INDEX messages_by_expiry ON messages (expires_at, id);

-- Receipts that came before their message was known.
CREATE TABLE unmatched_receipts (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id     uuid,
    provider_index bytea       NOT NULL,
    report         smallint    NOT NULL CHECK (report BETWEEN 1 AND 5),
    failure_code   integer,
    failure_title  text,
    failure_reason text,
    provider_time  timestamptz NOT NULL,
    received_at    timestamptz NOT NULL,
    UNIQUE (provider_index, report, provider_time),
    CHECK ((report = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
);
