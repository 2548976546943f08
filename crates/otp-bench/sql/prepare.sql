-- The baseline's own accounts and functions, beside the product's tables and indexes. They decide in
-- SQL, as a plain service may. They are not part of the product.

CREATE FUNCTION bench_id(n text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('00000000-0000-7000-8000-' || lpad(n, 12, '0'))::uuid $$;

-- Ordered by time, as the product's ids are.
CREATE FUNCTION bench_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS
    $$ SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
               || '7' || substr(random, 1, 3) || '8' || substr(random, 4, 15))::uuid
       FROM (SELECT md5(random()::text) AS random) AS random $$;

INSERT INTO accounts (id, name, email, phone, company, default_language, created_at)
SELECT bench_id(n::text), '\x00', '\x00', '\x00', '\x00', 'en', now() FROM generate_series(1, 100) AS n;

INSERT INTO subscriptions (id, account_id, credits, remaining, created_at)
SELECT bench_id(n::text), bench_id(n::text), 2000000000, 2000000000, now()
FROM generate_series(1, 100) AS n;

-- The same transactions as functions, so that no round trip happens while the account is locked.
CREATE FUNCTION bench_admit(n text, recipient bigint) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    account uuid := bench_id(n);
    key     uuid := gen_random_uuid();
    index   bytea := sha256(int8send(recipient));
    payer   uuid;
    message uuid;
BEGIN
    PERFORM id FROM accounts WHERE id = account FOR NO KEY UPDATE;
    PERFORM id, first_answer, status FROM messages
        WHERE api_key_id = account AND idempotency_key = key;
    IF FOUND THEN RAISE EXCEPTION 'replayed'; END IF;
    PERFORM 1 FROM opt_outs WHERE account_id = account AND recipient_index = index AND wish = 1;
    IF FOUND THEN RAISE EXCEPTION 'opted out'; END IF;
    PERFORM created_at FROM messages
        WHERE account_id = account AND recipient_index = index
            AND created_at >= now() - interval '6 hours' AND failed_at IS NULL;
    IF FOUND THEN RAISE EXCEPTION 'cooling down'; END IF;
    SELECT id INTO payer FROM subscriptions
        WHERE account_id = account AND remaining >= 1 ORDER BY created_at DESC LIMIT 1;
    INSERT INTO messages (id, account_id, api_key_id, idempotency_key, sender_id, template_id, language,
        recipient_index, recipient, region, price, subscription_id, status, created_at, updated_at,
        expires_at)
    VALUES (bench_new_id(), account, account, key, account, account, 'en', index,
        substr(index || index, 1, 46), 'SA', 1, payer, 0, now(), now(), now() + interval '10 minutes')
    RETURNING id INTO message;
    INSERT INTO ledger_entries (account_id, subscription_id, message_id, kind, amount, created_at)
    VALUES (account, payer, message, 1, -1, now());
    UPDATE subscriptions SET remaining = remaining - 1 WHERE id = payer;
    RETURN message;
END $$;

CREATE FUNCTION bench_settle(message uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    index bytea := sha256(uuid_send(message));
BEGIN
    PERFORM status, first_answer FROM messages WHERE id = message FOR NO KEY UPDATE;
    UPDATE messages SET status = 1, first_answer = 1, provider_index = index,
        provider_message_id = substr(index || index || index, 1, 93), updated_at = now()
    WHERE id = message;
    INSERT INTO message_events (message_id, status, source, changed_status, recorded_at)
    VALUES (message, 1, 1, true, now());
END $$;
