DROP TABLE unmatched_receipts;
DROP INDEX messages_by_expiry;
DROP INDEX messages_by_provider_index;
