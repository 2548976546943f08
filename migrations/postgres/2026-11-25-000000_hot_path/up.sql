-- Both indexes of messages begin with the account. Before a planner knows how large the table is, either
-- is as good to it, and one that takes messages_by_account for the sends to a recipient reads every
-- message of the last hours. With a condition that only pages repeat, it is not even considered there.
DROP INDEX messages_by_account;
CREATE INDEX messages_by_account ON messages (account_id, created_at, id)
    WHERE created_at > '-infinity';

-- Which message the provider means by its id. Not an index of messages: the id is known when the message is
-- settled, and a change of an indexed column is a new entry in each of the table's indexes. Without it
-- that change touches none of them, if the row's page has room.
-- A message that is settled twice is named twice, which says nothing else: asking first would cost every
-- send as much as the entry itself.
CREATE TABLE provider_messages (
    provider_index bytea NOT NULL,
    message_id     uuid  NOT NULL
);
INSERT INTO provider_messages (provider_index, message_id)
SELECT provider_index, id FROM messages WHERE provider_index IS NOT NULL;
CREATE INDEX provider_messages_by_index ON provider_messages (provider_index);
DROP INDEX messages_by_provider_index;

-- A settled row is half as long again as an admitted one, and those of one page are settled together. The
-- room is no more than what rows that moved elsewhere left behind, and is used again by receipts.
ALTER TABLE messages SET (fillfactor = 40);
