DROP INDEX failed_messages_by_recipient;
DROP INDEX messages_by_account;
DROP TABLE message_events;
DROP FUNCTION message_events_stay;
