DROP INDEX CONCURRENTLY samples_by_number;
