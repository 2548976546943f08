CREATE INDEX CONCURRENTLY samples_by_number ON samples (number);
