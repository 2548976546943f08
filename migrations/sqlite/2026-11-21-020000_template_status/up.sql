-- What the provider says of a template. What was added by hand before counts as approved.
ALTER TABLE templates ADD COLUMN provider_id TEXT;
ALTER TABLE templates ADD COLUMN status TEXT NOT NULL DEFAULT 'APPROVED';
ALTER TABLE templates ADD COLUMN reason TEXT;
ALTER TABLE templates ADD COLUMN status_since INTEGER;
ALTER TABLE templates ADD COLUMN ttl_seconds INTEGER CHECK (ttl_seconds = -1 OR ttl_seconds > 0);
ALTER TABLE templates ADD COLUMN code_expiry_minutes INTEGER CHECK (code_expiry_minutes BETWEEN 1 AND 90);

-- The provider's events name the business account, not the sender.
CREATE INDEX senders_by_waba ON senders (waba_id);
