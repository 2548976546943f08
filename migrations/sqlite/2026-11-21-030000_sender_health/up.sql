-- What is known of senders whom anybody ever asked about: why they do not send, if they do not, and
-- when the provider is to be asked about them.
CREATE TABLE sender_health (
    sender_id        BLOB    PRIMARY KEY REFERENCES senders (id),
    stopped_at       INTEGER,
    stopped_by       INTEGER CHECK (stopped_by BETWEEN 0 AND 1),
    stop_http_status INTEGER,
    stop_message     TEXT,
    stop_code        INTEGER,
    stop_title       TEXT,
    stop_reason      TEXT,
    quality          INTEGER CHECK (quality BETWEEN 0 AND 3),
    messaging_limit  TEXT,
    checked_at       INTEGER,
    check_at         INTEGER,
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL)
       AND (stopped_at IS NULL) = (stop_message IS NULL)
       AND (stopped_at IS NULL) = (stop_title IS NULL)
       AND (stopped_at IS NULL) = (stop_reason IS NULL))
) STRICT;
CREATE INDEX sender_health_by_check ON sender_health (check_at) WHERE check_at IS NOT NULL;
