ALTER TABLE messages SET (fillfactor = 80);
CREATE INDEX messages_by_provider_index ON messages (provider_index)
    WHERE provider_index IS NOT NULL;
DROP TABLE provider_messages;
DROP INDEX messages_by_account;
CREATE INDEX messages_by_account ON messages (account_id, created_at, id);
