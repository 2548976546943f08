-- What became of each message, in the order in which it was recorded: its timeline. One row for what
-- one source says once, so that a receipt that comes again adds nothing. That a message was admitted
-- is told by its own row.
CREATE TABLE message_events (
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    message_id     uuid        NOT NULL,
    status         smallint    NOT NULL CHECK (status BETWEEN 0 AND 5),
    source         smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    changed_status boolean     NOT NULL,
    provider_time  timestamptz,
    recorded_at    timestamptz NOT NULL,
    failure_code   integer,
    failure_title  text,
    failure_reason text,
    PRIMARY KEY (message_id, status, source),
    CHECK ((status = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
);

CREATE FUNCTION message_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message events are never changed';
END $$;
CREATE TRIGGER message_events_stay BEFORE UPDATE ON message_events
    FOR EACH STATEMENT EXECUTE FUNCTION message_events_stay();

-- Pages of an account's messages, newest first.
CREATE INDEX messages_by_account ON messages (account_id, created_at, id);
-- With messages_by_recipient, which has all the others: every message to a recipient.
CREATE INDEX failed_messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NOT NULL;
