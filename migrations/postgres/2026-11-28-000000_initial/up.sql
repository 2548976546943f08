-- Personal data and secrets are sealed before they are stored (AES-256-GCM, column type bytea), and
-- recipients are found by a keyed hash. SQL contains no rules: checks only refuse the impossible.

-- The oldest program that the schema serves, by the version of the newest migration it knows. A
-- migration that removes something updates it (migrations/README.md).
CREATE TABLE schema_support (
    id             smallint PRIMARY KEY CHECK (id = 1),
    oldest_version text     NOT NULL
);
INSERT INTO schema_support (id, oldest_version) VALUES (1, '20261128000000');

CREATE TABLE accounts (
    id                  uuid  PRIMARY KEY,
    -- The account whose test account it is. An account has one at most.
    test_of             uuid  UNIQUE REFERENCES accounts (id) CHECK (test_of <> id),
    name                bytea NOT NULL,
    email               bytea NOT NULL,
    phone               bytea NOT NULL,
    company             bytea NOT NULL,
    address             bytea,
    default_language    text  NOT NULL,
    -- The rules that differ between accounts.
    low_balance_percent smallint    NOT NULL CHECK (low_balance_percent BETWEEN 0 AND 99),
    -- 0 may send, 1 is restricted, 2 is closed.
    standing            smallint    NOT NULL DEFAULT 0 CHECK (standing BETWEEN 0 AND 2),
    -- What proofs call its recipients: 0 by a pseudonym, 1 by the number or address.
    proof_subject       smallint    NOT NULL DEFAULT 0 CHECK (proof_subject BETWEEN 0 AND 1),
    -- The sender of its mails; NULL if every value is the default.
    email_sender        bytea,
    -- A bit for each topic of notices that are not mailed to it.
    muted_topics        smallint    NOT NULL DEFAULT 0 CHECK (muted_topics BETWEEN 0 AND 15),
    -- A bit for each kind of event that one of its enabled webhook endpoints wants.
    webhook_events      integer     NOT NULL DEFAULT 0 CHECK (webhook_events >= 0),
    created_at          timestamptz NOT NULL
);

-- The keys that seal and index: one per account, and one for the installation under the nil id. The
-- operator's master key wraps them; its id is stored beside them. An account without a key has been
-- erased: nothing that its key sealed can be opened again.
CREATE TABLE keyring (
    owner_id      uuid  PRIMARY KEY,
    key           bytea NOT NULL,
    master_key_id bytea NOT NULL
);
-- Lists the master keys in use.
CREATE INDEX keyring_by_master_key ON keyring (master_key_id);

-- The keys that sign proofs. The installation's key seals the secret halves. A rotation adds the key
-- with the next number, so of several at the same time one succeeds.
CREATE TABLE proof_keys (
    id          uuid        PRIMARY KEY,
    number      integer     NOT NULL UNIQUE CHECK (number > 0),
    public_key  bytea       NOT NULL,
    secret      bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    active_from timestamptz NOT NULL,
    retired_at  timestamptz,
    revoked_at  timestamptz
);

CREATE TABLE api_keys (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES accounts (id),
    name       text        NOT NULL,
    hash       bytea       NOT NULL UNIQUE,
    hint       text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    -- The beginning of the day of its last use, in UTC.
    last_used_on timestamptz
);
CREATE INDEX api_keys_by_account ON api_keys (account_id);
-- Finds keys that are about to expire.
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at, id) WHERE revoked_at IS NULL;

CREATE TABLE plans (
    id             uuid        PRIMARY KEY,
    name           text        NOT NULL UNIQUE,
    credits        integer     NOT NULL CHECK (credits > 0),
    price_minor    bigint      CHECK (price_minor >= 0),
    price_currency text,
    created_at     timestamptz NOT NULL,
    -- A retired plan can no longer be granted.
    retired_at     timestamptz,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL))
);

CREATE TABLE subscriptions (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES accounts (id),
    plan_id    uuid        REFERENCES plans (id),
    credits    integer     NOT NULL CHECK (credits > 0),
    remaining  integer     NOT NULL CHECK (remaining BETWEEN 0 AND credits),
    created_at timestamptz NOT NULL,
    -- The last notice about the balance: none, low, spent.
    announced  smallint    NOT NULL DEFAULT 0 CHECK (announced BETWEEN 0 AND 2),
    revoked_at timestamptz,
    -- What comes back to a revoked subscription goes at once.
    CHECK (revoked_at IS NULL OR remaining = 0)
) WITH (fillfactor = 50); -- the balance changes with every batch: room for updates within the page
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, created_at);

-- The key is a region, or EMAIL for every mail.
CREATE TABLE prices (
    key     text    PRIMARY KEY,
    credits integer NOT NULL CHECK (credits > 0)
);

-- A sender that was removed has no access token. Its row stays, because its messages refer to it.
CREATE TABLE senders (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    phone_number_id text        NOT NULL,
    waba_id         text        NOT NULL,
    phone           bytea       NOT NULL,
    access_token    bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    removed_at      timestamptz
);
CREATE UNIQUE INDEX senders_by_account ON senders (account_id, phone_number_id)
    WHERE removed_at IS NULL;
-- The provider's events name the business account, not the sender.
CREATE INDEX senders_by_waba ON senders (waba_id);
-- Finds the accounts that a STOP is for: a STOP names the number that it was sent to.
CREATE INDEX senders_by_phone_number_id ON senders (phone_number_id);

-- The health of every sender that was ever checked: why it is stopped, if it is, and when its next
-- check is due.
CREATE TABLE sender_health (
    sender_id        uuid        PRIMARY KEY REFERENCES senders (id),
    stopped_at       timestamptz,
    stopped_by       smallint    CHECK (stopped_by BETWEEN 0 AND 1),
    stop_http_status integer,
    stop_message     text,
    stop_code        integer,
    stop_title       text,
    stop_reason      text,
    quality          smallint    CHECK (quality BETWEEN 0 AND 3),
    messaging_limit  text,
    checked_at       timestamptz,
    check_at         timestamptz,
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL)
       AND (stopped_at IS NULL) = (stop_message IS NULL)
       AND (stopped_at IS NULL) = (stop_title IS NULL)
       AND (stopped_at IS NULL) = (stop_reason IS NULL))
);
CREATE INDEX sender_health_by_check ON sender_health (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE templates (
    id                  uuid        PRIMARY KEY,
    sender_id           uuid        NOT NULL REFERENCES senders (id),
    name                text        NOT NULL,
    language            text        NOT NULL,
    provider_id         text,
    status              text        NOT NULL,
    reason              text,
    status_since        timestamptz,
    ttl_seconds         integer     CHECK (ttl_seconds = -1 OR ttl_seconds > 0),
    code_expiry_minutes integer     CHECK (code_expiry_minutes BETWEEN 1 AND 90),
    created_at          timestamptz NOT NULL,
    UNIQUE (sender_id, name, language)
);

-- The consent request in force for a recipient, 1 (stop) or 2 (start), and when it was made. A
-- start is stored as well: an older stop that is reported after it must not win.
CREATE TABLE opt_outs (
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    recipient_index bytea       NOT NULL,
    request         smallint    NOT NULL CHECK (request IN (1, 2)),
    requested_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, recipient_index)
);

-- Every consent request ever made. It contains the recipients' indexes, and never their numbers.
CREATE TABLE consent_log (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    recipient_index bytea       NOT NULL,
    request         smallint    NOT NULL CHECK (request IN (1, 2)),
    source          smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    message_index   bytea,
    requested_at    timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    UNIQUE (account_id, recipient_index, message_index)
);

CREATE FUNCTION consent_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent is never changed or removed';
END $$;
CREATE TRIGGER consent_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_log
    FOR EACH STATEMENT EXECUTE FUNCTION consent_log_is_append_only();

-- The recipient that the provider means by a number in its own spelling or by a user id. Both are
-- stored as keyed hashes.
CREATE TABLE recipient_identities (
    identity        bytea       NOT NULL,
    account_id      uuid        NOT NULL,
    recipient_index bytea       NOT NULL,
    seen_at         timestamptz NOT NULL,
    PRIMARY KEY (identity, account_id)
);

-- Consent requests whose recipient is not yet known for certain. The installation's key seals the
-- person's identity, because the account is not known either.
CREATE TABLE unresolved_consents (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_index   bytea       NOT NULL UNIQUE,
    request         smallint    NOT NULL CHECK (request IN (1, 2)),
    source          smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    phone_number_id text,
    context_index   bytea,
    person          bytea       NOT NULL,
    requested_at    timestamptz NOT NULL,
    received_at     timestamptz NOT NULL
);

-- Messages and ledger rows reference other tables without foreign keys. The code that writes them
-- holds the lock of their account and has just read the rows that they name; a check of each row
-- would cost as much as the row.
CREATE TABLE messages (
    id                  uuid     PRIMARY KEY,
    account_id          uuid     NOT NULL,
    api_key_id          uuid     NOT NULL,
    idempotency_key     uuid,
    channel             smallint NOT NULL,
    sender_id           uuid,
    template_id         uuid,
    language            text     NOT NULL,
    -- NULL once the recipient is erased, as are the provider's id and the texts of failures.
    recipient_index     bytea,
    recipient           bytea,
    region              text,
    price               integer     NOT NULL CHECK (price >= 0),
    -- NULL if the message cost nothing.
    subscription_id     uuid,
    status              smallint    NOT NULL CHECK (status BETWEEN 0 AND 5),
    first_answer        smallint,
    provider_index      bytea,
    provider_message_id bytea,
    failure_code        integer,
    failure_title       text,
    failure_reason      text,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    expires_at          timestamptz NOT NULL,
    failed_at           timestamptz,
    -- The outcome of the code that the caller reported: 0 is verified, 1 is abandoned.
    outcome             smallint CHECK (outcome BETWEEN 0 AND 1),
    outcome_at          timestamptz,
    -- The verification whose code it carries; NULL in a message with a passcode of the caller's.
    verification_id     uuid,
    -- What it costs now, if its verification used a fallback: its part of the charge that all messages of
    -- the verification share. NULL in all others, which cost their price unless they failed.
    shared_charge       integer CHECK (shared_charge BETWEEN 0 AND price),
    -- 4 is Failed. A message that leaves this status, because it was delivered after all, has no
    -- time of failure.
    CHECK ((status = 4) = (failed_at IS NOT NULL)),
    CHECK ((price = 0) = (subscription_id IS NULL)),
    CHECK ((sender_id IS NULL) = (template_id IS NULL)),
    -- 0 is WhatsApp: each of its messages has the region of its number, and, unless no provider got it, a
    -- sender and a template. 1 is e-mail, whose messages have none of them.
    CHECK (channel <> 0 OR (region IS NOT NULL AND (sender_id IS NOT NULL OR price = 0))),
    CHECK (channel <> 1 OR (sender_id IS NULL AND template_id IS NULL AND region IS NULL)),
    CHECK ((recipient IS NULL) = (recipient_index IS NULL)),
    CHECK ((outcome IS NULL) = (outcome_at IS NULL))
) WITH (fillfactor = 40);
-- A settled row is one and a half times as long as an admitted one, and the rows of one page are
-- settled together: they need the free space. Receipts use it again.
CREATE UNIQUE INDEX messages_by_idempotency_key ON messages (api_key_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
-- A failed message does not count as a send to its recipient. The index recognizes it by its time
-- of failure, not by its status: each change of an indexed column costs a new entry in every index
-- of the table, and the status of every message changes.
CREATE INDEX messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NULL;
-- Finds, together with messages_by_recipient, every message to a recipient.
CREATE INDEX failed_messages_by_recipient ON messages (account_id, recipient_index, created_at)
    WHERE failed_at IS NOT NULL;
-- Finds an account's messages by their time. messages_by_recipient begins with the account
-- as well. Until the planner knows the size of the table, both look equally good to it, and a plan
-- that uses this index for the sends to a recipient reads every message of the last hours. Only the
-- queries of a page and of insights repeat the condition of this index, so the planner does not
-- consider it for other queries.
CREATE INDEX messages_by_account ON messages (account_id, created_at, id)
    WHERE created_at > '-infinity';
-- Finds the messages of a verification. Other messages have no entry. Only the query of those of a
-- verification asks for the column, so the planner does not consider this index for other queries.
CREATE INDEX messages_by_verification ON messages (verification_id, created_at, id)
    WHERE verification_id IS NOT NULL;

-- The messages that are still Pending, to find those whose lifetime is over. This is not an index of
-- messages: with a condition on the status it would cost a new entry in every index, as above, and
-- without one it would contain every message ever sent. A row is written with the message and deleted
-- when the message is decided.
CREATE TABLE pending_messages (
    expires_at timestamptz NOT NULL,
    message_id uuid        NOT NULL,
    account_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (expires_at, message_id)
) WITH (
    -- Every send leaves a dead row, so vacuum runs as often as it can and does not pause. It does not
    -- truncate the table, because that would lock out the sends.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    vacuum_truncate = false
);

-- The messages that wait for their hand-over, and those whose hand-over has begun. A row is written with
-- the message and deleted when its outcome is recorded. A mail leaves a dead row or two: few, beside those
-- of the mail's own rows.
CREATE TABLE queued_messages (
    message_id      uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL,
    verification_id uuid        NOT NULL,
    due_at          timestamptz NOT NULL,
    failed_attempts integer     NOT NULL CHECK (failed_attempts >= 0),
    -- When its hand-over began. Nobody begins it again.
    claimed_at      timestamptz
);
CREATE INDEX due_queued_messages ON queued_messages (due_at, message_id) WHERE claimed_at IS NULL;
CREATE INDEX claimed_queued_messages ON queued_messages (claimed_at, message_id)
    WHERE claimed_at IS NOT NULL;

-- The message of each id that the provider assigned. This is not an index of messages: the id is
-- known when the message is settled, and a change of an indexed column adds an entry to every index
-- of the table. Without such an index a settlement touches none of them, if the row's page has
-- room. A message that is settled twice has two rows, which is harmless: a check would cost every
-- send as much as the row itself.
CREATE TABLE provider_messages (
    provider_index bytea NOT NULL,
    message_id     uuid  NOT NULL
);
CREATE INDEX provider_messages_by_index ON provider_messages (provider_index);

-- The timeline of each message, in the order in which it was recorded. Each source and status has
-- one row, so a repeated receipt adds nothing. The admission has no row here: the message's own row
-- records it.
CREATE TABLE message_events (
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    message_id     uuid        NOT NULL,
    status         smallint    NOT NULL CHECK (status BETWEEN 0 AND 5),
    source         smallint    NOT NULL CHECK (source BETWEEN 1 AND 3),
    changed_status boolean     NOT NULL,
    provider_time  timestamptz,
    recorded_at    timestamptz NOT NULL,
    failure_code   integer,
    failure_title  text,
    failure_reason text,
    PRIMARY KEY (message_id, status, source),
    -- Only a failure has texts, until it is erased.
    CHECK (status = 4 OR (failure_title IS NULL AND failure_reason IS NULL))
);

CREATE FUNCTION message_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message events are never changed';
END $$;
CREATE TRIGGER message_events_stay
    BEFORE UPDATE OF id, message_id, status, source, changed_status, provider_time, recorded_at,
        failure_code ON message_events
    FOR EACH STATEMENT EXECUTE FUNCTION message_events_stay();
-- The texts of a failure may be removed when the recipient is erased. Nothing else may change.
CREATE TRIGGER message_event_texts_stay
    BEFORE UPDATE OF failure_title, failure_reason ON message_events FOR EACH ROW
    WHEN (NEW.failure_title IS NOT NULL OR NEW.failure_reason IS NOT NULL)
    EXECUTE FUNCTION message_events_stay();

-- Verifications: the service made a code, delivers it and checks it. Like messages, they reference
-- other tables without foreign keys.
CREATE TABLE verifications (
    id               uuid     PRIMARY KEY,
    account_id       uuid     NOT NULL,
    api_key_id       uuid     NOT NULL,
    -- NULL once the recipient is erased, as are the code, its hash and the caller's data.
    recipient_index  bytea,
    recipient        bytea,
    -- The channel that a check proves.
    channel          smallint NOT NULL,
    -- 0 is Pending, 1 Approved, 2 Expired, 3 Canceled, 4 Exhausted.
    status           smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
    -- What guesses are compared with.
    code_hash        bytea,
    -- The code, sealed for resends. It goes when the verification ends.
    code             bytea,
    alphabet         smallint NOT NULL CHECK (alphabet BETWEEN 0 AND 2),
    code_length      smallint NOT NULL CHECK (code_length BETWEEN 4 AND 8),
    -- With those inherited from the verification that it replaced.
    failed_guesses   integer  NOT NULL CHECK (failed_guesses >= 0),
    language         text,
    transaction_hash bytea,
    metadata         bytea,
    -- Keyed hashes of what the caller knows of the person: address, user, device, program.
    context          bytea,
    -- The idempotency key of the check that approved it, hashed with its guess.
    approved_by      bytea,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    CHECK ((status = 0) = (ended_at IS NULL)),
    CHECK (status = 0 OR code IS NULL),
    CHECK ((recipient IS NULL) = (recipient_index IS NULL))
) WITH (fillfactor = 40);
-- A check changes its row once or twice, and rows of one page are checked together: they need the free
-- space. No index has a column that a check changes, so a change touches none of them. With a
-- fillfactor of 50, a third of the changes found no room in their page.

-- Finds pages of the verifications of a recipient, newest first.
CREATE INDEX verifications_by_recipient
    ON verifications (account_id, recipient_index, created_at, id);
-- Finds pages of an account's verifications. Only their query repeats the condition, for the reason given
-- at messages_by_account.
CREATE INDEX verifications_by_account ON verifications (account_id, created_at, id)
    WHERE created_at > '-infinity';

-- The verifications that are still Pending: to find those of a recipient, and those whose lifetime is
-- over. This is not an index of verifications, for the reasons given at pending_messages. A row is
-- written with the verification and deleted when it ends.
CREATE TABLE pending_verifications (
    expires_at      timestamptz NOT NULL,
    verification_id uuid        NOT NULL,
    account_id      uuid        NOT NULL,
    recipient_index bytea       NOT NULL,
    PRIMARY KEY (expires_at, verification_id)
) WITH (
    -- Every verification leaves a dead row; see pending_messages.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    vacuum_truncate = false
);
CREATE INDEX pending_verifications_by_recipient
    ON pending_verifications (account_id, recipient_index);

-- The fallbacks of verifications, and when each has to be looked at. A row is written with the verification
-- and deleted when its end is settled; a receipt that comes after that may bring it back.
CREATE TABLE fallbacks (
    verification_id uuid        NOT NULL PRIMARY KEY,
    account_id      uuid        NOT NULL,
    -- The first step that was not taken, and when it is taken at the latest.
    next_step       integer     NOT NULL CHECK (next_step >= 0),
    next_at         timestamptz NOT NULL,
    look_at         timestamptz NOT NULL
);
CREATE INDEX due_fallbacks ON fallbacks (look_at, verification_id);

-- The steps of fallbacks. A step goes when its recipient is erased, and with its fallback.
CREATE TABLE fallback_steps (
    verification_id uuid        NOT NULL,
    step            integer     NOT NULL CHECK (step BETWEEN 0 AND 1),
    account_id      uuid        NOT NULL,
    channel         smallint    NOT NULL,
    recipient       bytea       NOT NULL,
    recipient_index bytea       NOT NULL,
    wait_seconds    integer     NOT NULL CHECK (wait_seconds > 0),
    PRIMARY KEY (verification_id, step)
);
CREATE INDEX fallback_steps_by_recipient ON fallback_steps (account_id, recipient_index);

-- The checks of pending verifications, in the order in which they were judged.
CREATE TABLE verification_checks (
    id              bigint   GENERATED ALWAYS AS IDENTITY,
    verification_id uuid     NOT NULL,
    account_id      uuid     NOT NULL,
    -- NULL once the recipient is erased.
    recipient_index bytea,
    -- The idempotency key of the check, hashed with its guess.
    request_key     bytea,
    -- 0 is Approved, 1 CodeIncorrect.
    result          smallint    NOT NULL CHECK (result BETWEEN 0 AND 1),
    attempts_left   integer     NOT NULL CHECK (attempts_left >= 0),
    at              timestamptz NOT NULL,
    PRIMARY KEY (verification_id, id)
);
-- Finds the wrong guesses that count against a recipient.
CREATE INDEX wrong_guesses_by_recipient ON verification_checks (account_id, recipient_index, at)
    WHERE result = 1;

-- Receipts that arrived before their message was known. The installation's key seals the provider's
-- name for the recipient.
CREATE TABLE unmatched_receipts (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone_number_id text        NOT NULL,
    message_id      uuid,
    provider_index  bytea       NOT NULL,
    report          smallint    NOT NULL CHECK (report BETWEEN 1 AND 5),
    failure_code    integer,
    failure_title   text,
    failure_reason  text,
    provider_time   timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    recipient       bytea,
    UNIQUE (provider_index, report, provider_time),
    CHECK ((report = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
);

CREATE TABLE ledger_entries (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL,
    subscription_id uuid        NOT NULL,
    message_id      uuid,
    kind            smallint    NOT NULL CHECK (kind BETWEEN 0 AND 3),
    amount          integer     NOT NULL CHECK (amount <> 0),
    created_at      timestamptz NOT NULL
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed or removed';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- Mail to account holders: notices that wait to be sent, and those that were sent, so that no
-- notice is mailed twice. No address is stored here: it is read from the account when the mail is
-- sent.
CREATE TABLE notices (
    id          uuid        PRIMARY KEY,
    account_id  uuid        NOT NULL REFERENCES accounts (id),
    kind        smallint    NOT NULL CHECK (kind >= 0),
    details     text        NOT NULL,
    language    smallint,
    created_at  timestamptz NOT NULL,
    -- 0 waits, 1 was sent, 2 was abandoned, 3 is not wanted.
    state       smallint    NOT NULL CHECK (state BETWEEN 0 AND 3),
    due_at      timestamptz NOT NULL,
    attempts    integer     NOT NULL CHECK (attempts >= 0),
    failure     text,
    finished_at timestamptz,
    CHECK ((state = 0) = (finished_at IS NULL))
);
CREATE INDEX notices_by_due_time ON notices (due_at, id) WHERE state = 0;
CREATE INDEX notices_waiting_by_account ON notices (account_id) WHERE state = 0;
CREATE INDEX notices_by_end ON notices (finished_at) WHERE state <> 0;

-- Requests below /v1 with an idempotency key, for a day. The key of the client is stored as a hash; the
-- answer, which may contain a number or a proof, is sealed with the account's key.
CREATE TABLE idempotent_requests (
    api_key_id  uuid        NOT NULL,
    key_hash    bytea       NOT NULL,
    fingerprint bytea       NOT NULL,
    begun_at    timestamptz NOT NULL,
    -- NULL while the first request is in progress.
    answer      bytea,
    PRIMARY KEY (api_key_id, key_hash)
);
-- Finds those that are no longer kept.
CREATE INDEX idempotent_requests_by_begin ON idempotent_requests (begun_at);

-- The audit trail: which operator saw whose data. The subject is the id of what was seen.
CREATE TABLE audit_entries (
    sequence bigint      PRIMARY KEY,
    id       uuid        NOT NULL UNIQUE,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    action   text        NOT NULL,
    subject  uuid        NOT NULL,
    -- The SHA-256 of the entry and of the hash before it.
    hash     bytea       NOT NULL
);

-- The last place and hash of the chain. Whoever appends locks it.
CREATE TABLE audit_head (
    id       smallint PRIMARY KEY CHECK (id = 1),
    sequence bigint   NOT NULL,
    hash     bytea    NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or removed';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Test inboxes: the messages of test keys, which no provider gets, for a day. The recipient and the code
-- are sealed with the key of the test account.
CREATE TABLE test_messages (
    message_id      uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL,
    channel         smallint    NOT NULL,
    recipient_index bytea       NOT NULL,
    recipient       bytea       NOT NULL,
    code            bytea       NOT NULL,
    received_at     timestamptz NOT NULL,
    -- The next report about it: the last two digits of the test number (NULL for any other number), how
    -- many reports came before, and when it is due. Once its life is over, nothing is due.
    life_number     smallint   ,
    life_step       integer     CHECK (life_step >= 0),
    life_due_at     timestamptz,
    CHECK ((life_step IS NULL) = (life_due_at IS NULL)),
    CHECK (life_due_at IS NOT NULL OR life_number IS NULL)
);
-- Finds an inbox's messages, newest first.
CREATE INDEX test_messages_by_account ON test_messages (account_id, received_at, message_id);
CREATE INDEX due_test_messages ON test_messages (life_due_at, message_id)
    WHERE life_due_at IS NOT NULL;
-- Finds those that are no longer kept.
CREATE INDEX test_messages_by_age ON test_messages (received_at) WHERE life_due_at IS NULL;

-- Reviewer numbers: phone numbers with a fixed code, whose messages go to nobody. The number and the code
-- are sealed with the account's key.
CREATE TABLE reviewer_numbers (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    recipient_index bytea       NOT NULL,
    recipient       bytea       NOT NULL,
    code            bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    UNIQUE (account_id, recipient_index)
);

-- The endpoints of customers that receive events. URL, description and secrets are sealed with the
-- account's key.
CREATE TABLE webhook_endpoints (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    -- A listener, which fetches its events, has none.
    url             bytea,
    description     bytea,
    -- A bit for each kind of event that it wants; 0 for all.
    events          integer     NOT NULL CHECK (events >= 0),
    -- 0 is enabled. Disabled: 1 by its owner, 2 gone, 3 failing.
    standing        smallint    NOT NULL CHECK (standing BETWEEN 0 AND 3),
    secret          bytea       NOT NULL,
    -- The secret before the last rotation, and the time until which it signs too.
    previous_secret bytea,
    previous_until  timestamptz,
    created_at      timestamptz NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);
CREATE INDEX webhook_endpoints_by_account ON webhook_endpoints (account_id, created_at, id);

-- What happened to the resources of accounts whose endpoints want to know it, until it is routed.
CREATE TABLE webhook_events (
    id              uuid PRIMARY KEY,
    account_id      uuid NOT NULL REFERENCES accounts (id),
    kind            smallint NOT NULL,
    -- The resource.
    subject         uuid NOT NULL,
    -- The recipient, if that is the resource.
    recipient_index bytea,
    -- The place among the events of the resource.
    sequence        bigint NOT NULL,
    at              timestamptz NOT NULL
);

-- Events routed to endpoints: each is called until it is accepted or given up.
CREATE TABLE webhook_deliveries (
    endpoint_id     uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_id        uuid NOT NULL,
    kind            smallint NOT NULL,
    subject         uuid NOT NULL,
    recipient_index bytea,
    sequence        bigint NOT NULL,
    at              timestamptz NOT NULL,
    -- 0 waits, 1 delivered, 2 given up.
    state           smallint NOT NULL CHECK (state BETWEEN 0 AND 2),
    -- The next attempt, if it waits.
    due_at          timestamptz NOT NULL,
    attempts        integer NOT NULL,
    -- The attempts since it began or was last replayed.
    failed_attempts integer NOT NULL,
    PRIMARY KEY (endpoint_id, event_id)
);
-- Finds those of an endpoint that are due.
CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (endpoint_id, due_at, event_id) WHERE state = 0;
-- Finds those of an endpoint that it has not accepted.
CREATE INDEX webhook_deliveries_undelivered ON webhook_deliveries (endpoint_id, event_id) WHERE state <> 1;
-- Finds those that are too old.
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (at);

-- The calls that were made for deliveries.
CREATE TABLE webhook_attempts (
    endpoint_id uuid NOT NULL,
    event_id    uuid NOT NULL,
    number      integer NOT NULL,
    at          timestamptz NOT NULL,
    latency_ms  integer NOT NULL,
    -- The HTTP status of the answer, if one arrived.
    status      smallint,
    -- The name of the failure, if it failed.
    failure     text,
    -- The beginning of the answer, sealed.
    excerpt     bytea,
    PRIMARY KEY (endpoint_id, event_id, number),
    FOREIGN KEY (endpoint_id, event_id) REFERENCES webhook_deliveries ON DELETE CASCADE
);

-- When each endpoint has its next turn: a process calls it for what is due, while no other one does.
CREATE TABLE webhook_turns (
    endpoint_id   uuid PRIMARY KEY REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    account_id    uuid NOT NULL,
    -- The next turn; NULL if nothing waits, and while the endpoint is disabled.
    due_at        timestamptz,
    -- The end of the lease of the process whose turn it is.
    leased_until  timestamptz,
    -- The calls that failed since the last success, the first of them, and the rest that they cause.
    failures      integer NOT NULL,
    failing_since timestamptz,
    rests_until   timestamptz
);
CREATE INDEX webhook_turns_by_due ON webhook_turns (due_at, endpoint_id) WHERE due_at IS NOT NULL;

-- The people who sign in. Name and mail address are sealed with the installation's key, and a person is found by
-- a keyed hash of the address.
CREATE TABLE persons (
    id          uuid        PRIMARY KEY,
    email_index bytea       NOT NULL UNIQUE,
    email       bytea       NOT NULL,
    name        bytea       NOT NULL,
    -- A slow hash with its salt and its parameters (PHC string format).
    password    text        NOT NULL,
    -- 0 is Arabic, 1 is English.
    language    smallint    NOT NULL CHECK (language BETWEEN 0 AND 1),
    created_at  timestamptz NOT NULL
);

-- What a person may do in an account.
CREATE TABLE memberships (
    person_id  uuid        NOT NULL REFERENCES persons (id),
    account_id uuid        NOT NULL REFERENCES accounts (id),
    -- 0 owner, 1 developer, 2 billing, 3 viewer.
    role       smallint    NOT NULL CHECK (role BETWEEN 0 AND 3),
    since      timestamptz NOT NULL,
    PRIMARY KEY (person_id, account_id)
);
CREATE INDEX memberships_by_account ON memberships (account_id);

-- Invitations to the teams of accounts. A row is deleted a week after it was made.
CREATE TABLE team_invitations (
    id          uuid        PRIMARY KEY,
    account_id  uuid        NOT NULL REFERENCES accounts (id),
    -- The keyed hash of the mail address.
    email_index bytea       NOT NULL,
    email       bytea       NOT NULL,
    -- As of a membership.
    role        smallint    NOT NULL CHECK (role BETWEEN 0 AND 3),
    created_at  timestamptz NOT NULL,
    -- When it was accepted, declined or withdrawn.
    closed_at   timestamptz
);
CREATE INDEX team_invitations_by_account ON team_invitations (account_id);
CREATE INDEX team_invitations_by_email ON team_invitations (email_index);
CREATE INDEX team_invitations_by_time ON team_invitations (created_at);

-- How far the messages of each account are counted for insights. A row is made when the first quarter of an hour
-- is counted.
CREATE TABLE insight_progress (
    account_id    uuid        PRIMARY KEY,
    counted_until timestamptz NOT NULL,
    -- NULL until the first quarter of an hour is settled.
    settled_until timestamptz CHECK (settled_until <= counted_until)
);

-- The counts of insights, as JSON: of quarters of an hour that are counted but not settled, and of the settled part
-- of each day.
CREATE TABLE insight_rollups (
    account_id uuid        NOT NULL REFERENCES insight_progress (account_id),
    begins_at  timestamptz NOT NULL,
    is_day     boolean     NOT NULL,
    tallies    text        NOT NULL,
    PRIMARY KEY (account_id, begins_at, is_day)
);

-- The people of the operator.
CREATE TABLE staff (
    person_id uuid        PRIMARY KEY REFERENCES persons (id),
    -- 0 admin, 1 support, 2 finance, 3 auditor.
    role      smallint    NOT NULL CHECK (role BETWEEN 0 AND 3),
    since     timestamptz NOT NULL
);

-- The devices with which each person ever signed in, by the numbers of the program: a kind of browser on a system.
CREATE TABLE known_devices (
    person_id uuid     NOT NULL REFERENCES persons (id),
    device    smallint NOT NULL,
    PRIMARY KEY (person_id, device)
);

-- The sessions of people. The token is in the browser only.
CREATE TABLE sessions (
    id           uuid        PRIMARY KEY,
    -- The SHA-256 of the token.
    token_hash   bytea       NOT NULL UNIQUE,
    person_id    uuid        NOT NULL REFERENCES persons (id),
    -- The kind of browser and the system, by the numbers of the program; NULL if unknown.
    browser      smallint,
    system       smallint,
    -- 0 waits for the second factor, 1 is signed in.
    stage        smallint    NOT NULL CHECK (stage BETWEEN 0 AND 1),
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    proven_at    timestamptz NOT NULL,
    -- The account that the person chose to look at.
    account_id   uuid        REFERENCES accounts (id)
);
CREATE INDEX sessions_by_person ON sessions (person_id);
-- Finds those that are over.
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at);

-- Wrong passwords since the last right one, by the keyed hash of the mail address, whether a person has it or not.
CREATE TABLE sign_in_failures (
    email_index bytea       PRIMARY KEY,
    count       integer     NOT NULL CHECK (count >= 0),
    last_at     timestamptz NOT NULL
);
-- Finds those that no longer count.
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

-- The second factors of people: the secret that an authenticator app has too, sealed with the installation's key.
CREATE TABLE second_factors (
    person_id    uuid        PRIMARY KEY REFERENCES persons (id),
    -- The session in which the secret was made.
    session_id   uuid        NOT NULL,
    secret       bytea       NOT NULL,
    -- NULL until the person entered a first code.
    confirmed_at timestamptz,
    -- The step of the last code that was accepted.
    last_step    bigint      NOT NULL
);

-- Codes that replace the app once each, as keyed hashes. A used one is deleted.
CREATE TABLE recovery_codes (
    person_id uuid  NOT NULL REFERENCES second_factors (person_id) ON DELETE CASCADE,
    hash      bytea NOT NULL,
    PRIMARY KEY (person_id, hash)
);

-- Links that sign a person in once. A used one is deleted.
CREATE TABLE sign_in_links (
    -- The SHA-256 of the token in the link.
    token_hash bytea       PRIMARY KEY,
    person_id  uuid        NOT NULL REFERENCES persons (id),
    expires_at timestamptz NOT NULL
);
-- Finds those that have expired.
CREATE INDEX sign_in_links_by_expiry ON sign_in_links (expires_at);

-- Orders of plans. The plan is kept as it was offered; the notes and the note about the payment are sealed.
CREATE TABLE orders (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id),
    person_id       uuid        NOT NULL REFERENCES persons (id),
    plan_id         uuid        NOT NULL REFERENCES plans (id),
    plan_name       text        NOT NULL,
    credits         integer     NOT NULL CHECK (credits > 0),
    price_minor     bigint      CHECK (price_minor >= 0),
    price_currency  text,
    -- 0 WhatsApp, 1 e-mail.
    contact_by      smallint    NOT NULL CHECK (contact_by BETWEEN 0 AND 1),
    notes           bytea,
    language        smallint    NOT NULL,
    placed_at       timestamptz NOT NULL,
    -- 0 pending, 1 contacted, 2 activated, 3 declined, 4 withdrawn.
    status          smallint    NOT NULL CHECK (status BETWEEN 0 AND 4),
    -- An order grants one subscription at most, and no two orders grant the same.
    subscription_id uuid        UNIQUE REFERENCES subscriptions (id),
    payment         bytea,
    reason          text,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL)),
    CHECK ((status = 2) = (subscription_id IS NOT NULL)),
    CHECK (status = 2 OR payment IS NULL),
    CHECK ((status = 3) = (reason IS NOT NULL))
);
CREATE INDEX orders_by_account ON orders (account_id, placed_at, id);
CREATE INDEX orders_by_time ON orders (placed_at, id);
CREATE INDEX open_orders ON orders (placed_at, id) WHERE status <= 1;

-- The step that led an order to a status, which it has once.
CREATE TABLE order_steps (
    order_id uuid        NOT NULL REFERENCES orders (id),
    status   smallint    NOT NULL CHECK (status BETWEEN 1 AND 4),
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    PRIMARY KEY (order_id, status)
);
