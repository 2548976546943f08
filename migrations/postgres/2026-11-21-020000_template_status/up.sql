-- What the provider says of a template. What was added by hand before counts as approved.
ALTER TABLE templates
    ADD COLUMN provider_id         text,
    ADD COLUMN status              text NOT NULL DEFAULT 'APPROVED',
    ADD COLUMN reason              text,
    ADD COLUMN status_since        timestamptz,
    ADD COLUMN ttl_seconds         integer CHECK (ttl_seconds = -1 OR ttl_seconds > 0),
    ADD COLUMN code_expiry_minutes integer CHECK (code_expiry_minutes BETWEEN 1 AND 90);

-- The provider's events name the business account, not the sender.
CREATE INDEX senders_by_waba ON senders (waba_id);
