-- Inserts the verification of each message that has one, in the form in which the server would have
-- written it: all were approved, every third after a wrong guess. The indexes are dropped and built again,
-- as in preload.sql.

CREATE TEMP TABLE dropped_of_verifications AS
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename IN ('verifications', 'verification_checks')
    AND indexname NOT LIKE '%\_pkey';
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM dropped_of_verifications LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END $$;

INSERT INTO verifications (id, account_id, api_key_id, recipient_index, recipient, channel, status,
    code_hash, alphabet, code_length, failed_guesses, language, created_at, expires_at, ended_at)
SELECT verification_id, account_id, api_key_id, recipient_index, recipient, channel, 1,
    sha256(recipient_index), 0, 6, CASE WHEN recipient_index < '\x55' THEN 1 ELSE 0 END, language,
    created_at, created_at + interval '5 minutes', created_at + interval '20 seconds'
FROM messages WHERE verification_id IS NOT NULL ORDER BY messages.id;

INSERT INTO verification_checks (verification_id, account_id, recipient_index, result, attempts_left, at)
SELECT id, account_id, recipient_index, result, 5 - failed_guesses, created_at + interval '20 seconds'
FROM verifications CROSS JOIN (VALUES (1::smallint), (0::smallint)) AS judged (result)
WHERE result = 0 OR failed_guesses > 0
ORDER BY id, result DESC;

DO $$ DECLARE definition text; BEGIN
    FOR definition IN SELECT indexdef FROM dropped_of_verifications LOOP EXECUTE definition; END LOOP;
END $$;
VACUUM ANALYZE verifications;
VACUUM ANALYZE verification_checks;
CHECKPOINT;
