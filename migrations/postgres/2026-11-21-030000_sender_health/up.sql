-- What is known of senders whom anybody ever asked about: why they do not send, if they do not, and
-- when the provider is to be asked about them.
CREATE TABLE sender_health (
    sender_id        uuid        PRIMARY KEY REFERENCES senders (id),
    stopped_at       timestamptz,
    stopped_by       smallint    CHECK (stopped_by BETWEEN 0 AND 1),
    stop_http_status integer,
    stop_message     text,
    stop_code        integer,
    stop_title       text,
    stop_reason      text,
    quality          smallint    CHECK (quality BETWEEN 0 AND 3),
    messaging_limit  text,
    checked_at       timestamptz,
    check_at         timestamptz,
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL)
       AND (stopped_at IS NULL) = (stop_message IS NULL)
       AND (stopped_at IS NULL) = (stop_title IS NULL)
       AND (stopped_at IS NULL) = (stop_reason IS NULL))
);
CREATE INDEX sender_health_by_check ON sender_health (check_at) WHERE check_at IS NOT NULL;
