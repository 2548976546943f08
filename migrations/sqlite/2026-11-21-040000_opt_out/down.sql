DROP INDEX senders_by_phone_number_id;
ALTER TABLE unmatched_receipts DROP COLUMN number_identity;
ALTER TABLE unmatched_receipts DROP COLUMN user_identity;
DROP TABLE unresolved_wishes;
DROP TABLE recipient_identities;
DROP TABLE consent_log;
DELETE FROM opt_outs WHERE wish = 2;
ALTER TABLE opt_outs DROP COLUMN wish;
ALTER TABLE opt_outs RENAME COLUMN wished_at TO created_at;
