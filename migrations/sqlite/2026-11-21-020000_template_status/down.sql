DROP INDEX senders_by_waba;
ALTER TABLE templates DROP COLUMN provider_id;
ALTER TABLE templates DROP COLUMN status;
ALTER TABLE templates DROP COLUMN reason;
ALTER TABLE templates DROP COLUMN status_since;
ALTER TABLE templates DROP COLUMN ttl_seconds;
ALTER TABLE templates DROP COLUMN code_expiry_minutes;
