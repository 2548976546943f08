-- Instants are milliseconds since 1970-01-01T00:00:00Z, ids the 16 bytes of a UUID.
--
-- Personal data and secrets are sealed before they are stored (AES-256-GCM, column type BLOB), and
-- recipients are found by a keyed hash. SQL contains no rules: checks only refuse the impossible.

-- The oldest program that the schema serves, by the version of the newest migration it knows. A
-- migration that removes something updates it (migrations/README.md).
CREATE TABLE schema_support (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    oldest_version TEXT    NOT NULL
) STRICT;
INSERT INTO schema_support (id, oldest_version) VALUES (1, '20261128000000');

CREATE TABLE accounts (
    id                  BLOB PRIMARY KEY,
    -- The account whose test account it is. An account has one at most.
    test_of             BLOB UNIQUE REFERENCES accounts (id) CHECK (test_of <> id),
    name                BLOB NOT NULL,
    email               BLOB NOT NULL,
    phone               BLOB NOT NULL,
    company             BLOB NOT NULL,
    address             BLOB,
    default_language    TEXT NOT NULL,
    -- The rules that differ between accounts.
    low_balance_percent INTEGER NOT NULL CHECK (low_balance_percent BETWEEN 0 AND 99),
    -- 0 may send, 1 is restricted, 2 is closed.
    standing            INTEGER NOT NULL DEFAULT 0 CHECK (standing BETWEEN 0 AND 2),
    -- What proofs call its recipients: 0 by a pseudonym, 1 by the number or address.
    proof_subject       INTEGER NOT NULL DEFAULT 0 CHECK (proof_subject BETWEEN 0 AND 1),
    -- The sender of its mails; NULL if every value is the default.
    email_sender        BLOB,
    -- A bit for each topic of notices that are not mailed to it.
    muted_topics        INTEGER NOT NULL DEFAULT 0 CHECK (muted_topics BETWEEN 0 AND 15),
    -- A bit for each kind of event that one of its enabled webhook endpoints wants.
    webhook_events      INTEGER NOT NULL DEFAULT 0 CHECK (webhook_events >= 0),
    created_at          INTEGER NOT NULL
) STRICT;

-- The keys that seal and index: one per account, and one for the installation under the nil id. The
-- operator's master key wraps them; its id is stored beside them. An account without a key has been
-- erased: nothing that its key sealed can be opened again.
CREATE TABLE keyring (
    owner_id      BLOB PRIMARY KEY,
    key           BLOB NOT NULL,
    master_key_id BLOB NOT NULL
) STRICT;
-- Lists the master keys in use.
CREATE INDEX keyring_by_master_key ON keyring (master_key_id);

-- The keys that sign proofs. The installation's key seals the secret halves. A rotation adds the key
-- with the next number, so of several at the same time one succeeds.
CREATE TABLE proof_keys (
    id          BLOB    PRIMARY KEY,
    number      INTEGER NOT NULL UNIQUE CHECK (number > 0),
    public_key  BLOB    NOT NULL,
    secret      BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    retired_at  INTEGER,
    revoked_at  INTEGER
) STRICT;

CREATE TABLE api_keys (
    id         BLOB    PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    hint       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    -- The beginning of the day of its last use, in UTC.
    last_used_on INTEGER
) STRICT;
CREATE INDEX api_keys_by_account ON api_keys (account_id);
-- Finds keys that are about to expire.
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at, id) WHERE revoked_at IS NULL;

CREATE TABLE plans (
    id             BLOB    PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    credits        INTEGER NOT NULL CHECK (credits > 0),
    price_minor    INTEGER CHECK (price_minor >= 0),
    price_currency TEXT,
    created_at     INTEGER NOT NULL,
    -- A retired plan can no longer be granted.
    retired_at     INTEGER,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL))
) STRICT;

CREATE TABLE subscriptions (
    id         BLOB    PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    plan_id    BLOB    REFERENCES plans (id),
    credits    INTEGER NOT NULL CHECK (credits > 0),
    remaining  INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND credits),
    created_at INTEGER NOT NULL,
    -- The last notice about the balance: none, low, spent.
    announced  INTEGER NOT NULL DEFAULT 0 CHECK (announced BETWEEN 0 AND 2),
    revoked_at INTEGER,
    -- What comes back to a revoked subscription goes at once.
    CHECK (revoked_at IS NULL OR remaining = 0)
) STRICT;
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, created_at);

-- The key is a region, or EMAIL for every mail.
CREATE TABLE prices (
    key     TEXT    PRIMARY KEY,
    credits INTEGER NOT NULL CHECK (credits > 0)
) STRICT;

-- A sender that was removed has no access token. Its row stays, because its messages refer to it.
CREATE TABLE senders (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    phone_number_id TEXT    NOT NULL,
    waba_id         TEXT    NOT NULL,
    phone           BLOB    NOT NULL,
    access_token    BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    removed_at      INTEGER
) STRICT;
CREATE UNIQUE INDEX senders_by_account ON senders (account_id, phone_number_id)
    WHERE removed_at IS NULL;
-- The provider's events name the business account, not the sender.
CREATE INDEX senders_by_waba ON senders (waba_id);
-- Finds the accounts that a STOP is for: a STOP names the number that it was sent to.
CREATE INDEX senders_by_phone_number_id ON senders (phone_number_id);

-- The health of every sender that was ever checked: why it is stopped, if it is, and when its next
-- check is due.
CREATE TABLE sender_health (
    sender_id        BLOB    PRIMARY KEY REFERENCES senders (id),
    stopped_at       INTEGER,
    stopped_by       INTEGER CHECK (stopped_by BETWEEN 0 AND 1),
    stop_http_status INTEGER,
    stop_message     TEXT,
    stop_code        INTEGER,
    stop_title       TEXT,
    stop_reason      TEXT,
    quality          INTEGER CHECK (quality BETWEEN 0 AND 3),
    messaging_limit  TEXT,
    checked_at       INTEGER,
    check_at         INTEGER,
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL)
       AND (stopped_at IS NULL) = (stop_message IS NULL)
       AND (stopped_at IS NULL) = (stop_title IS NULL)
       AND (stopped_at IS NULL) = (stop_reason IS NULL))
) STRICT;
CREATE INDEX sender_health_by_check ON sender_health (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE templates (
    id                  BLOB    PRIMARY KEY,
    sender_id           BLOB    NOT NULL REFERENCES senders (id),
    name                TEXT    NOT NULL,
    language            TEXT    NOT NULL,
    provider_id         TEXT,
    status              TEXT    NOT NULL,
    reason              TEXT,
    status_since        INTEGER,
    ttl_seconds         INTEGER CHECK (ttl_seconds = -1 OR ttl_seconds > 0),
    code_expiry_minutes INTEGER CHECK (code_expiry_minutes BETWEEN 1 AND 90),
    created_at          INTEGER NOT NULL,
    UNIQUE (sender_id, name, language)
) STRICT;

-- The consent request in force for a recipient, 1 (stop) or 2 (start), and when it was made. A
-- start is stored as well: an older stop that is reported after it must not win.
CREATE TABLE opt_outs (
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    recipient_index BLOB    NOT NULL,
    request         INTEGER NOT NULL CHECK (request IN (1, 2)),
    requested_at    INTEGER NOT NULL,
    PRIMARY KEY (account_id, recipient_index)
) STRICT;

-- Every consent request ever made. It contains the recipients' indexes, and never their numbers.
CREATE TABLE consent_log (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    recipient_index BLOB    NOT NULL,
    request         INTEGER NOT NULL CHECK (request IN (1, 2)),
    source          INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    message_index   BLOB,
    requested_at    INTEGER NOT NULL,
    recorded_at     INTEGER NOT NULL,
    UNIQUE (account_id, recipient_index, message_index)
) STRICT;

CREATE TRIGGER consent_is_not_changed BEFORE UPDATE ON consent_log
BEGIN
    SELECT RAISE(ABORT, 'consent is never changed or removed');
END;
CREATE TRIGGER consent_is_not_removed BEFORE DELETE ON consent_log
BEGIN
    SELECT RAISE(ABORT, 'consent is never changed or removed');
END;

-- The recipient that the provider means by a number in its own spelling or by a user id. Both are
-- stored as keyed hashes.
CREATE TABLE recipient_identities (
    identity        BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    recipient_index BLOB    NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (identity, account_id)
) STRICT;

-- Consent requests whose recipient is not yet known for certain. The installation's key seals the
-- person's identity, because the account is not known either.
CREATE TABLE unresolved_consents (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    message_index   BLOB    NOT NULL UNIQUE,
    request         INTEGER NOT NULL CHECK (request IN (1, 2)),
    source          INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    phone_number_id TEXT,
    context_index   BLOB,
    person          BLOB    NOT NULL,
    requested_at    INTEGER NOT NULL,
    received_at     INTEGER NOT NULL
) STRICT;

-- Messages and ledger rows reference other tables without foreign keys. The code that writes them
-- holds the lock of their account and has just read the rows that they name; a check of each row
-- would cost as much as the row.
CREATE TABLE messages (
    id                  BLOB    PRIMARY KEY,
    account_id          BLOB    NOT NULL,
    api_key_id          BLOB    NOT NULL,
    idempotency_key     BLOB,
    channel             INTEGER NOT NULL,
    sender_id           BLOB,
    template_id         BLOB,
    language            TEXT    NOT NULL,
    -- NULL once the recipient is erased, as are the provider's id and the texts of failures.
    recipient_index     BLOB,
    recipient           BLOB,
    region              TEXT,
    price               INTEGER NOT NULL CHECK (price >= 0),
    -- NULL if the message cost nothing.
    subscription_id     BLOB,
    status              INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    first_answer        INTEGER,
    provider_index      BLOB,
    provider_message_id BLOB,
    failure_code        INTEGER,
    failure_title       TEXT,
    failure_reason      TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    failed_at           INTEGER,
    -- The outcome of the code that the caller reported: 0 is verified, 1 is abandoned.
    outcome             INTEGER CHECK (outcome BETWEEN 0 AND 1),
    outcome_at          INTEGER,
    -- The verification whose code it carries; NULL in a message with a passcode of the caller's.
    verification_id     BLOB,
    -- What it costs now, if its verification used a fallback: its part of the charge that all messages of
    -- the verification share. NULL in all others, which cost their price unless they failed.
    shared_charge       INTEGER CHECK (shared_charge BETWEEN 0 AND price),
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
) STRICT;
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
-- Finds an account's messages by their time.
CREATE INDEX messages_by_account ON messages (account_id, created_at, id);
-- Finds the messages of a verification.
CREATE INDEX messages_by_verification ON messages (verification_id, created_at, id)
    WHERE verification_id IS NOT NULL;
-- Finds the message of a receipt that does not echo our id.
CREATE INDEX messages_by_provider_index ON messages (provider_index)
    WHERE provider_index IS NOT NULL;

-- The messages that are still Pending, to find those whose lifetime is over. A row is written with the
-- message and deleted when the message is decided. An index of messages would contain every message
-- ever sent, or cost more for each change of a status.
CREATE TABLE pending_messages (
    expires_at INTEGER NOT NULL,
    message_id BLOB    NOT NULL,
    account_id BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (expires_at, message_id)
) STRICT, WITHOUT ROWID;

-- The messages that wait for their hand-over, and those whose hand-over has begun. A row is written with
-- the message and deleted when its outcome is recorded.
CREATE TABLE queued_messages (
    message_id      BLOB    NOT NULL PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    verification_id BLOB    NOT NULL,
    due_at          INTEGER NOT NULL,
    failed_attempts INTEGER NOT NULL CHECK (failed_attempts >= 0),
    -- When its hand-over began. Nobody begins it again.
    claimed_at      INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX due_queued_messages ON queued_messages (due_at, message_id) WHERE claimed_at IS NULL;
CREATE INDEX claimed_queued_messages ON queued_messages (claimed_at, message_id)
    WHERE claimed_at IS NOT NULL;

-- The timeline of each message, in the order in which it was recorded. Each source and status has
-- one row, so a repeated receipt adds nothing. The admission has no row here: the message's own row
-- records it.
CREATE TABLE message_events (
    id             INTEGER PRIMARY KEY,
    message_id     BLOB    NOT NULL,
    status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    source         INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3),
    changed_status INTEGER NOT NULL CHECK (changed_status IN (0, 1)),
    provider_time  INTEGER,
    recorded_at    INTEGER NOT NULL,
    failure_code   INTEGER,
    failure_title  TEXT,
    failure_reason TEXT,
    UNIQUE (message_id, status, source),
    -- Only a failure has texts, until it is erased.
    CHECK (status = 4 OR (failure_title IS NULL AND failure_reason IS NULL))
) STRICT;

CREATE TRIGGER message_events_stay
    BEFORE UPDATE OF id, message_id, status, source, changed_status, provider_time, recorded_at,
        failure_code ON message_events
BEGIN
    SELECT RAISE(ABORT, 'message events are never changed');
END;
-- The texts of a failure may be removed when the recipient is erased. Nothing else may change.
CREATE TRIGGER message_event_texts_stay
    BEFORE UPDATE OF failure_title, failure_reason ON message_events
    WHEN NEW.failure_title IS NOT NULL OR NEW.failure_reason IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'message events are never changed');
END;

-- Verifications: the service made a code, delivers it and checks it. Like messages, they reference
-- other tables without foreign keys.
CREATE TABLE verifications (
    id               BLOB    PRIMARY KEY,
    account_id       BLOB    NOT NULL,
    api_key_id       BLOB    NOT NULL,
    -- NULL once the recipient is erased, as are the code, its hash and the caller's data.
    recipient_index  BLOB,
    recipient        BLOB,
    -- The channel that a check proves.
    channel          INTEGER NOT NULL,
    -- 0 is Pending, 1 Approved, 2 Expired, 3 Canceled, 4 Exhausted.
    status           INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
    -- What guesses are compared with.
    code_hash        BLOB,
    -- The code, sealed for resends. It goes when the verification ends.
    code             BLOB,
    alphabet         INTEGER NOT NULL CHECK (alphabet BETWEEN 0 AND 2),
    code_length      INTEGER NOT NULL CHECK (code_length BETWEEN 4 AND 8),
    -- With those inherited from the verification that it replaced.
    failed_guesses   INTEGER NOT NULL CHECK (failed_guesses >= 0),
    language         TEXT,
    transaction_hash BLOB,
    metadata         BLOB,
    -- Keyed hashes of what the caller knows of the person: address, user, device, program.
    context          BLOB,
    -- The idempotency key of the check that approved it, hashed with its guess.
    approved_by      BLOB,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    CHECK ((status = 0) = (ended_at IS NULL)),
    CHECK (status = 0 OR code IS NULL),
    CHECK ((recipient IS NULL) = (recipient_index IS NULL))
) STRICT;
-- No index has a column that a check changes, so a change touches none of them.

-- Finds pages of the verifications of a recipient, newest first.
CREATE INDEX verifications_by_recipient
    ON verifications (account_id, recipient_index, created_at, id);
-- Finds pages of an account's verifications, newest first.
CREATE INDEX verifications_by_account ON verifications (account_id, created_at, id);

-- The verifications that are still Pending: to find those of a recipient, and those whose lifetime is
-- over. A row is written with the verification and deleted when it ends; see pending_messages.
CREATE TABLE pending_verifications (
    expires_at      INTEGER NOT NULL,
    verification_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    recipient_index BLOB    NOT NULL,
    PRIMARY KEY (expires_at, verification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_verifications_by_recipient
    ON pending_verifications (account_id, recipient_index);

-- The fallbacks of verifications, and when each has to be looked at. A row is written with the verification
-- and deleted when its end is settled; a receipt that comes after that may bring it back.
CREATE TABLE fallbacks (
    verification_id BLOB    NOT NULL PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    -- The first step that was not taken, and when it is taken at the latest.
    next_step       INTEGER NOT NULL CHECK (next_step >= 0),
    next_at         INTEGER NOT NULL,
    look_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX due_fallbacks ON fallbacks (look_at, verification_id);

-- The steps of fallbacks. A step goes when its recipient is erased, and with its fallback.
CREATE TABLE fallback_steps (
    verification_id BLOB    NOT NULL,
    step            INTEGER NOT NULL CHECK (step BETWEEN 0 AND 1),
    account_id      BLOB    NOT NULL,
    channel         INTEGER NOT NULL,
    recipient       BLOB    NOT NULL,
    recipient_index BLOB    NOT NULL,
    wait_seconds    INTEGER NOT NULL CHECK (wait_seconds > 0),
    PRIMARY KEY (verification_id, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX fallback_steps_by_recipient ON fallback_steps (account_id, recipient_index);

-- The checks of pending verifications, in the order in which they were judged.
CREATE TABLE verification_checks (
    id              INTEGER PRIMARY KEY,
    verification_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- NULL once the recipient is erased.
    recipient_index BLOB,
    -- The idempotency key of the check, hashed with its guess.
    request_key     BLOB,
    -- 0 is Approved, 1 CodeIncorrect.
    result          INTEGER NOT NULL CHECK (result BETWEEN 0 AND 1),
    attempts_left   INTEGER NOT NULL CHECK (attempts_left >= 0),
    at              INTEGER NOT NULL
) STRICT;
-- Finds the checks of a verification.
CREATE INDEX checks_by_verification ON verification_checks (verification_id, id);
-- Finds the wrong guesses that count against a recipient.
CREATE INDEX wrong_guesses_by_recipient ON verification_checks (account_id, recipient_index, at)
    WHERE result = 1;

-- Receipts that arrived before their message was known. The installation's key seals the provider's
-- name for the recipient.
CREATE TABLE unmatched_receipts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_number_id TEXT    NOT NULL,
    message_id      BLOB,
    provider_index  BLOB    NOT NULL,
    report          INTEGER NOT NULL CHECK (report BETWEEN 1 AND 5),
    failure_code    INTEGER,
    failure_title   TEXT,
    failure_reason  TEXT,
    provider_time   INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    recipient       BLOB,
    UNIQUE (provider_index, report, provider_time),
    CHECK ((report = 4) = (failure_title IS NOT NULL AND failure_reason IS NOT NULL))
) STRICT;

CREATE TABLE ledger_entries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      BLOB    NOT NULL,
    subscription_id BLOB    NOT NULL,
    message_id      BLOB,
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    amount          INTEGER NOT NULL CHECK (amount <> 0),
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);

CREATE TRIGGER ledger_entries_are_not_changed BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed or removed');
END;
CREATE TRIGGER ledger_entries_are_not_removed BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed or removed');
END;

-- Mail to account holders: notices that wait to be sent, and those that were sent, so that no
-- notice is mailed twice. No address is stored here: it is read from the account when the mail is
-- sent.
CREATE TABLE notices (
    id          BLOB    PRIMARY KEY,
    account_id  BLOB    NOT NULL REFERENCES accounts (id),
    kind        INTEGER NOT NULL CHECK (kind >= 0),
    details     TEXT    NOT NULL,
    language    INTEGER,
    created_at  INTEGER NOT NULL,
    -- 0 waits, 1 was sent, 2 was abandoned, 3 is not wanted.
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    failure     TEXT,
    finished_at INTEGER,
    CHECK ((state = 0) = (finished_at IS NULL))
) STRICT;
CREATE INDEX notices_by_due_time ON notices (due_at, id) WHERE state = 0;
CREATE INDEX notices_waiting_by_account ON notices (account_id) WHERE state = 0;
CREATE INDEX notices_by_end ON notices (finished_at) WHERE state <> 0;

-- Requests below /v1 with an idempotency key, for a day. The key of the client is stored as a hash; the
-- answer, which may contain a number or a proof, is sealed with the account's key.
CREATE TABLE idempotent_requests (
    api_key_id  BLOB    NOT NULL,
    key_hash    BLOB    NOT NULL,
    fingerprint BLOB    NOT NULL,
    begun_at    INTEGER NOT NULL,
    -- NULL while the first request is in progress.
    answer      BLOB,
    PRIMARY KEY (api_key_id, key_hash)
) STRICT;
-- Finds those that are no longer kept.
CREATE INDEX idempotent_requests_by_begin ON idempotent_requests (begun_at);

-- The audit trail: which operator saw whose data. The subject is the id of what was seen.
CREATE TABLE audit_entries (
    sequence INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    subject  BLOB    NOT NULL,
    -- The SHA-256 of the entry and of the hash before it.
    hash     BLOB    NOT NULL
) STRICT;

-- The last place and hash of the chain.
CREATE TABLE audit_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed or removed');
END;
CREATE TRIGGER audit_entries_are_not_removed BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed or removed');
END;

-- Test inboxes: the messages of test keys, which no provider gets, for a day. The recipient and the code
-- are sealed with the key of the test account.
CREATE TABLE test_messages (
    message_id      BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    channel         INTEGER NOT NULL,
    recipient_index BLOB    NOT NULL,
    recipient       BLOB    NOT NULL,
    code            BLOB    NOT NULL,
    received_at     INTEGER NOT NULL,
    -- The next report about it: the last two digits of the test number (NULL for any other number), how
    -- many reports came before, and when it is due. Once its life is over, nothing is due.
    life_number     INTEGER,
    life_step       INTEGER CHECK (life_step >= 0),
    life_due_at     INTEGER,
    CHECK ((life_step IS NULL) = (life_due_at IS NULL)),
    CHECK (life_due_at IS NOT NULL OR life_number IS NULL)
) STRICT;
-- Finds an inbox's messages, newest first.
CREATE INDEX test_messages_by_account ON test_messages (account_id, received_at, message_id);
CREATE INDEX due_test_messages ON test_messages (life_due_at, message_id)
    WHERE life_due_at IS NOT NULL;
-- Finds those that are no longer kept.
CREATE INDEX test_messages_by_age ON test_messages (received_at) WHERE life_due_at IS NULL;

-- Reviewer numbers: phone numbers with a fixed code, whose messages go to nobody. The number and the code
-- are sealed with the account's key.
CREATE TABLE reviewer_numbers (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    recipient_index BLOB    NOT NULL,
    recipient       BLOB    NOT NULL,
    code            BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    UNIQUE (account_id, recipient_index)
) STRICT;

-- The endpoints of customers that receive events. URL, description and secrets are sealed with the
-- account's key.
CREATE TABLE webhook_endpoints (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    -- A listener, which fetches its events, has none.
    url             BLOB,
    description     BLOB,
    -- A bit for each kind of event that it wants; 0 for all.
    events          INTEGER NOT NULL CHECK (events >= 0),
    -- 0 is enabled. Disabled: 1 by its owner, 2 gone, 3 failing.
    standing        INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 3),
    secret          BLOB    NOT NULL,
    -- The secret before the last rotation, and the time until which it signs too.
    previous_secret BLOB,
    previous_until  INTEGER,
    created_at      INTEGER NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
) STRICT;
CREATE INDEX webhook_endpoints_by_account ON webhook_endpoints (account_id, created_at, id);

-- What happened to the resources of accounts whose endpoints want to know it, until it is routed.
CREATE TABLE webhook_events (
    id              BLOB PRIMARY KEY,
    account_id      BLOB NOT NULL REFERENCES accounts (id),
    kind            INTEGER NOT NULL,
    -- The resource.
    subject         BLOB NOT NULL,
    -- The recipient, if that is the resource.
    recipient_index BLOB,
    -- The place among the events of the resource.
    sequence        INTEGER NOT NULL,
    at              INTEGER NOT NULL
) STRICT;

-- Events routed to endpoints: each is called until it is accepted or given up.
CREATE TABLE webhook_deliveries (
    endpoint_id     BLOB NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_id        BLOB NOT NULL,
    kind            INTEGER NOT NULL,
    subject         BLOB NOT NULL,
    recipient_index BLOB,
    sequence        INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    -- 0 waits, 1 delivered, 2 given up.
    state           INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    -- The next attempt, if it waits.
    due_at          INTEGER NOT NULL,
    attempts        INTEGER NOT NULL,
    -- The attempts since it began or was last replayed.
    failed_attempts INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, event_id)
) STRICT;
-- Finds those of an endpoint that are due.
CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (endpoint_id, due_at, event_id) WHERE state = 0;
-- Finds those of an endpoint that it has not accepted.
CREATE INDEX webhook_deliveries_undelivered ON webhook_deliveries (endpoint_id, event_id) WHERE state <> 1;
-- Finds those that are too old.
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (at);

-- The calls that were made for deliveries.
CREATE TABLE webhook_attempts (
    endpoint_id BLOB NOT NULL,
    event_id    BLOB NOT NULL,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    latency_ms  INTEGER NOT NULL,
    -- The HTTP status of the answer, if one arrived.
    status      INTEGER,
    -- The name of the failure, if it failed.
    failure     TEXT,
    -- The beginning of the answer, sealed.
    excerpt     BLOB,
    PRIMARY KEY (endpoint_id, event_id, number),
    FOREIGN KEY (endpoint_id, event_id) REFERENCES webhook_deliveries ON DELETE CASCADE
) STRICT;

-- When each endpoint has its next turn: a process calls it for what is due, while no other one does.
CREATE TABLE webhook_turns (
    endpoint_id   BLOB PRIMARY KEY REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    account_id    BLOB NOT NULL,
    -- The next turn; NULL if nothing waits, and while the endpoint is disabled.
    due_at        INTEGER,
    -- The end of the lease of the process whose turn it is.
    leased_until  INTEGER,
    -- The calls that failed since the last success, the first of them, and the rest that they cause.
    failures      INTEGER NOT NULL,
    failing_since INTEGER,
    rests_until   INTEGER
) STRICT;
CREATE INDEX webhook_turns_by_due ON webhook_turns (due_at, endpoint_id) WHERE due_at IS NOT NULL;

-- The people who sign in. Name and mail address are sealed with the installation's key, and a person is found by
-- a keyed hash of the address.
CREATE TABLE persons (
    id          BLOB    PRIMARY KEY,
    email_index BLOB    NOT NULL UNIQUE,
    email       BLOB    NOT NULL,
    name        BLOB    NOT NULL,
    -- A slow hash with its salt and its parameters (PHC string format).
    password    TEXT    NOT NULL,
    -- 0 is Arabic, 1 is English.
    language    INTEGER NOT NULL CHECK (language BETWEEN 0 AND 1),
    created_at  INTEGER NOT NULL
) STRICT;

-- What a person may do in an account.
CREATE TABLE memberships (
    person_id  BLOB    NOT NULL REFERENCES persons (id),
    account_id BLOB    NOT NULL REFERENCES accounts (id),
    -- 0 owner, 1 developer, 2 billing, 3 viewer.
    role       INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
    since      INTEGER NOT NULL,
    PRIMARY KEY (person_id, account_id)
) STRICT;
CREATE INDEX memberships_by_account ON memberships (account_id);

-- Invitations to the teams of accounts. A row is deleted a week after it was made.
CREATE TABLE team_invitations (
    id          BLOB    PRIMARY KEY,
    account_id  BLOB    NOT NULL REFERENCES accounts (id),
    -- The keyed hash of the mail address.
    email_index BLOB    NOT NULL,
    email       BLOB    NOT NULL,
    -- As of a membership.
    role        INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
    created_at  INTEGER NOT NULL,
    -- When it was accepted, declined or withdrawn.
    closed_at   INTEGER
) STRICT;
CREATE INDEX team_invitations_by_account ON team_invitations (account_id);
CREATE INDEX team_invitations_by_email ON team_invitations (email_index);
CREATE INDEX team_invitations_by_time ON team_invitations (created_at);

-- How far the messages of each account are counted for insights. A row is made when the first quarter of an hour
-- is counted.
CREATE TABLE insight_progress (
    account_id    BLOB    PRIMARY KEY,
    counted_until INTEGER NOT NULL,
    -- NULL until the first quarter of an hour is settled.
    settled_until INTEGER CHECK (settled_until <= counted_until)
) STRICT;

-- The counts of insights, as JSON: of quarters of an hour that are counted but not settled, and of the settled part
-- of each day.
CREATE TABLE insight_rollups (
    account_id BLOB    NOT NULL REFERENCES insight_progress (account_id),
    begins_at  INTEGER NOT NULL,
    is_day     INTEGER NOT NULL CHECK (is_day IN (0, 1)),
    tallies    TEXT    NOT NULL,
    PRIMARY KEY (account_id, begins_at, is_day)
) STRICT, WITHOUT ROWID;

-- The people of the operator.
CREATE TABLE staff (
    person_id BLOB    PRIMARY KEY REFERENCES persons (id),
    -- 0 admin, 1 support, 2 finance, 3 auditor.
    role      INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
    since     INTEGER NOT NULL
) STRICT;

-- The devices with which each person ever signed in, by the numbers of the program: a kind of browser on a system.
CREATE TABLE known_devices (
    person_id BLOB    NOT NULL REFERENCES persons (id),
    device    INTEGER NOT NULL,
    PRIMARY KEY (person_id, device)
) STRICT, WITHOUT ROWID;

-- The sessions of people. The token is in the browser only.
CREATE TABLE sessions (
    id           BLOB    PRIMARY KEY,
    -- The SHA-256 of the token.
    token_hash   BLOB    NOT NULL UNIQUE,
    person_id    BLOB    NOT NULL REFERENCES persons (id),
    -- The kind of browser and the system, by the numbers of the program; NULL if unknown.
    browser      INTEGER,
    system       INTEGER,
    -- 0 waits for the second factor, 1 is signed in.
    stage        INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 1),
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    proven_at    INTEGER NOT NULL,
    -- The account that the person chose to look at.
    account_id   BLOB    REFERENCES accounts (id)
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person_id);
-- Finds those that are over.
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at);

-- Wrong passwords since the last right one, by the keyed hash of the mail address, whether a person has it or not.
CREATE TABLE sign_in_failures (
    email_index BLOB    PRIMARY KEY,
    count       INTEGER NOT NULL CHECK (count >= 0),
    last_at     INTEGER NOT NULL
) STRICT;
-- Finds those that no longer count.
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

-- The second factors of people: the secret that an authenticator app has too, sealed with the installation's key.
CREATE TABLE second_factors (
    person_id    BLOB    PRIMARY KEY REFERENCES persons (id),
    -- The session in which the secret was made.
    session_id   BLOB    NOT NULL,
    secret       BLOB    NOT NULL,
    -- NULL until the person entered a first code.
    confirmed_at INTEGER,
    -- The step of the last code that was accepted.
    last_step    INTEGER NOT NULL
) STRICT;

-- Codes that replace the app once each, as keyed hashes. A used one is deleted.
CREATE TABLE recovery_codes (
    person_id BLOB NOT NULL REFERENCES second_factors (person_id) ON DELETE CASCADE,
    hash      BLOB NOT NULL,
    PRIMARY KEY (person_id, hash)
) STRICT;

-- Links that sign a person in once. A used one is deleted.
CREATE TABLE sign_in_links (
    -- The SHA-256 of the token in the link.
    token_hash BLOB    PRIMARY KEY,
    person_id  BLOB    NOT NULL REFERENCES persons (id),
    expires_at INTEGER NOT NULL
) STRICT;
-- Finds those that have expired.
CREATE INDEX sign_in_links_by_expiry ON sign_in_links (expires_at);

-- Orders of plans. The plan is kept as it was offered; the notes and the note about the payment are sealed.
CREATE TABLE orders (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES accounts (id),
    person_id       BLOB    NOT NULL REFERENCES persons (id),
    plan_id         BLOB    NOT NULL REFERENCES plans (id),
    plan_name       TEXT    NOT NULL,
    credits         INTEGER NOT NULL CHECK (credits > 0),
    price_minor     INTEGER CHECK (price_minor >= 0),
    price_currency  TEXT,
    -- 0 WhatsApp, 1 e-mail.
    contact_by      INTEGER NOT NULL CHECK (contact_by BETWEEN 0 AND 1),
    notes           BLOB,
    language        INTEGER NOT NULL,
    placed_at       INTEGER NOT NULL,
    -- 0 pending, 1 contacted, 2 activated, 3 declined, 4 withdrawn.
    status          INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
    -- An order grants one subscription at most, and no two orders grant the same.
    subscription_id BLOB    UNIQUE REFERENCES subscriptions (id),
    payment         BLOB,
    reason          TEXT,
    CHECK ((price_minor IS NULL) = (price_currency IS NULL)),
    CHECK ((status = 2) = (subscription_id IS NOT NULL)),
    CHECK (status = 2 OR payment IS NULL),
    CHECK ((status = 3) = (reason IS NOT NULL))
) STRICT;
CREATE INDEX orders_by_account ON orders (account_id, placed_at, id);
CREATE INDEX orders_by_time ON orders (placed_at, id);
CREATE INDEX open_orders ON orders (placed_at, id) WHERE status <= 1;

-- The step that led an order to a status, which it has once.
CREATE TABLE order_steps (
    order_id BLOB    NOT NULL REFERENCES orders (id),
    status   INTEGER NOT NULL CHECK (status BETWEEN 1 AND 4),
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    PRIMARY KEY (order_id, status)
) STRICT;
