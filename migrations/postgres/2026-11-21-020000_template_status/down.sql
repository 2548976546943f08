DROP INDEX senders_by_waba;
ALTER TABLE templates
    DROP COLUMN provider_id,
    DROP COLUMN status,
    DROP COLUMN reason,
    DROP COLUMN status_since,
    DROP COLUMN ttl_seconds,
    DROP COLUMN code_expiry_minutes;
