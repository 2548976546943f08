-- Inserts :messages messages that were sent and delivered over the last :days days, with their debits and
-- events, in the form in which the server would have written them. All indexes but the primary keys are
-- dropped first and built again at the end, which is faster and has the same result.

CREATE TEMP TABLE dropped AS
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename IN ('messages', 'provider_messages', 'ledger_entries', 'message_events')
    AND indexname NOT LIKE '%\_pkey';
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM dropped LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END $$;

CREATE TEMP TABLE owners AS
SELECT row_number() OVER (ORDER BY accounts.id) - 1 AS n, accounts.id AS account_id, api_keys.id AS api_key_id,
    senders.id AS sender_id, templates.id AS template_id, subscriptions.id AS subscription_id
FROM accounts
JOIN api_keys ON api_keys.account_id = accounts.id
JOIN senders ON senders.account_id = accounts.id
JOIN templates ON templates.sender_id = senders.id AND templates.language = 'en'
JOIN subscriptions ON subscriptions.account_id = accounts.id;

INSERT INTO messages (id, account_id, api_key_id, idempotency_key, channel, sender_id,
    template_id, language,
    recipient_index, recipient, region, price, subscription_id, status, first_answer, provider_index,
    provider_message_id, created_at, updated_at, expires_at, verification_id)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
    account_id, api_key_id, md5('key' || i)::uuid, 0, sender_id, template_id, 'en',
    :recipient_index, :recipient, 'SA', 1,
    subscription_id, 2, 1, sha256(int8send(-i)), :provider_message_id,
    at, at, at + interval '10 minutes', :verification_id
FROM (SELECT i, now() - interval '1 day' - interval '1 day' * :days * (1 - i::float8 / :messages) AS at
      FROM generate_series(1, :messages) AS i) AS each
-- The first account has half of all messages.
JOIN owners ON owners.n = CASE WHEN i % 2 = 0 THEN 0 ELSE (i / 2) % (SELECT count(*) FROM owners) END;

INSERT INTO provider_messages (provider_index, message_id)
SELECT provider_index, id FROM messages ORDER BY id;

INSERT INTO ledger_entries (account_id, subscription_id, message_id, kind, amount, created_at)
SELECT account_id, subscription_id, id, 1, -1, created_at FROM messages ORDER BY id;
UPDATE subscriptions SET remaining = remaining - debits
FROM (SELECT subscription_id, count(*) AS debits FROM ledger_entries WHERE kind = 1 GROUP BY 1) AS spent
WHERE subscriptions.id = spent.subscription_id;

INSERT INTO message_events (message_id, status, source, changed_status, recorded_at)
SELECT id, event.status, 1, true, created_at
FROM messages CROSS JOIN (VALUES (1::smallint), (2::smallint)) AS event (status)
ORDER BY id, event.status;

DO $$ DECLARE definition text; BEGIN
    FOR definition IN SELECT indexdef FROM dropped LOOP EXECUTE definition; END LOOP;
END $$;
VACUUM ANALYZE messages;
VACUUM ANALYZE ledger_entries;
VACUUM ANALYZE message_events;
CHECKPOINT;
