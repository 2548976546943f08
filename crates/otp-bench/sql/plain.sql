\set n random(1, :accounts)
\set recipient random(1, 1000000000000)
\set key random(1, 1000000000000)
BEGIN;
SELECT id FROM accounts WHERE id = bench_id(:n) FOR NO KEY UPDATE;
SELECT id, first_answer, status FROM messages WHERE api_key_id = bench_id(:n) AND idempotency_key = md5(:key)::uuid;
SELECT 1 FROM opt_outs WHERE account_id = bench_id(:n) AND recipient_index = sha256(int8send(:recipient)) AND request = 1;
SELECT created_at FROM messages WHERE account_id = bench_id(:n) AND recipient_index = sha256(int8send(:recipient)) AND created_at >= now() - interval '6 hours' AND failed_at IS NULL;
SELECT id AS payer FROM subscriptions WHERE account_id = bench_id(:n) AND remaining >= 1 ORDER BY created_at DESC LIMIT 1 \gset
INSERT INTO messages (id, account_id, api_key_id, idempotency_key, channel, sender_id, template_id, language, recipient_index, recipient, region, price, subscription_id, status, created_at, updated_at, expires_at) VALUES (bench_new_id(), bench_id(:n), bench_id(:n), md5(:key)::uuid, 0, bench_id(:n), bench_id(:n), 'en', sha256(int8send(:recipient)), substr(sha256(int8send(:recipient)) || sha256(int8send(:recipient)), 1, 46), 'SA', 1, :payer, 0, now(), now(), now() + interval '10 minutes') RETURNING id \gset
INSERT INTO ledger_entries (account_id, subscription_id, message_id, kind, amount, created_at) VALUES (bench_id(:n), :payer, :id, 1, -1, now());
UPDATE subscriptions SET remaining = remaining - 1 WHERE id = :payer;
COMMIT;
BEGIN;
SELECT status, first_answer FROM messages WHERE id = :id FOR NO KEY UPDATE;
UPDATE messages SET status = 1, first_answer = 1, provider_index = sha256(uuid_send(:id)), provider_message_id = substr(sha256(uuid_send(:id)) || sha256(uuid_send(:id)) || sha256(uuid_send(:id)), 1, 93), updated_at = now() WHERE id = :id;
INSERT INTO message_events (message_id, status, source, changed_status, recorded_at) VALUES (:id, 1, 1, true, now());
COMMIT;
