//! The plans of the statements of the hot path: each finds its rows by an index.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::{RULES, SET_BALANCES, admit, settle};
use crate::connect::in_time;
use crate::messages::{OF_ACCOUNT, OF_RECIPIENT};
use crate::opt_outs::{consent, facts};
use crate::{
    fallbacks, idempotent_answers, insights, outgoing_queue, receipts, recipient_identities,
    stored_fallbacks, stored_verifications, verification_ledger, verifications, webhook_deliveries,
};

const SCHEMA: &str = include_str!("../../../../migrations/sqlite/2026-11-28-000000_initial/up.sql");

fn plan(statement: &str) -> Vec<String> {
    let mut connection = SqliteConnection::establish(":memory:").expect("memory");
    connection.batch_execute(SCHEMA).expect("schema");
    in_time::register(&mut connection).expect("function");
    let steps: Vec<(i32, i32, i32, String)> =
        diesel::dsl::sql::<(Integer, Integer, Integer, Text)>("EXPLAIN QUERY PLAN ")
            .sql(statement)
            .load(&mut connection)
            .expect("plan");
    steps.into_iter().map(|(_, _, _, detail)| detail).collect()
}

#[track_caller]
fn check(statement: &str, index: &str) {
    check_joined(statement, &[index]);
}

#[track_caller]
fn check_joined(statement: &str, indexes: &[&str]) {
    let steps = plan(&statement.replace('?', "'[]'"));
    assert_eq!(steps.len(), 1 + indexes.len(), "{steps:#?}");
    // The first step walks over the rows of the parameter, the others look each of them up.
    assert!(steps[0].contains("VIRTUAL TABLE"), "{steps:#?}");
    for (step, index) in steps[1..].iter().zip(indexes) {
        assert!(
            step.starts_with("SEARCH") && step.contains(index),
            "{steps:#?}"
        );
    }
}

#[test]
fn old_answers_are_found_by_their_index() {
    let steps = plan(idempotent_answers::REMOVE_OLDER);
    let index = "INDEX idempotent_requests_by_begin (begun_at<?)";
    let uses = |words: &str| steps.iter().any(|step| step.contains(words));
    assert!(uses(index) && !uses("TEMP B-TREE"), "{steps:#?}");
}

#[test]
fn webhooks_cost_by_what_is_due() {
    for (statement, index) in [
        (
            webhook_deliveries::DUE_TURNS,
            "webhook_turns_by_due (due_at<?)",
        ),
        (
            webhook_deliveries::BACKLOG,
            "webhook_turns_by_due (due_at<?)",
        ),
        (
            webhook_deliveries::DUE_DELIVERIES,
            "webhook_deliveries_by_due (endpoint_id=? AND due_at<?)",
        ),
        (
            webhook_deliveries::FIRST_DUE,
            "webhook_deliveries_by_due (endpoint_id=?)",
        ),
        (webhook_deliveries::LIST, "(endpoint_id=? AND event_id<?)"),
        (
            webhook_deliveries::LIST_UNDELIVERED,
            "webhook_deliveries_undelivered (endpoint_id=? AND event_id<?)",
        ),
        (
            webhook_deliveries::CHOSEN_UNDELIVERED,
            "webhook_deliveries_undelivered (endpoint_id=? AND event_id>? AND event_id<?)",
        ),
        (
            webhook_deliveries::FORGET,
            "webhook_deliveries_by_time (at<?)",
        ),
    ] {
        let steps = plan(statement);
        let uses = |words: &str| steps.iter().any(|step| step.contains(words));
        assert!(uses(index) && !uses("TEMP B-TREE"), "{index}: {steps:#?}");
    }
}

#[test]
fn facts_of_admission_are_found_by_index() {
    check(
        admit::FIRST_ANSWERS,
        "messages_by_idempotency_key (api_key_id=? AND idempotency_key=?)",
    );
    check(
        admit::OPT_OUTS,
        "INDEX sqlite_autoindex_opt_outs_1 (account_id=? AND recipient_index=?)",
    );
    check(
        admit::SENDS,
        "messages_by_recipient (account_id=? AND recipient_index=? AND created_at>?)",
    );
    check(admit::BALANCES, "subscriptions_by_account (account_id=?)");
    check(RULES, "sqlite_autoindex_accounts_1 (id=?)");
}

#[test]
fn facts_of_settlement_are_found_by_index() {
    check_joined(
        settle::MESSAGES,
        &[
            "sqlite_autoindex_messages_1 (id=?)",
            "sqlite_autoindex_accounts_1 (id=?)",
        ],
    );
    check(settle::BALANCES, "subscriptions_by_account (account_id=?)");
}

#[test]
fn messages_of_receipts_are_found_by_index() {
    let sender = "sqlite_autoindex_senders_1 (id=?)";
    let by_our_id = ["sqlite_autoindex_messages_1 (id=?)", sender];
    check_joined(receipts::BY_OUR_ID, &by_our_id);
    let by_provider_index = ["messages_by_provider_index (provider_index=?)", sender];
    check_joined(receipts::BY_PROVIDER_INDEX, &by_provider_index);
    check(
        receipts::OUR_NUMBERS,
        "senders_by_phone_number_id (phone_number_id=?)",
    );
}

#[test]
fn facts_of_requests_are_found_by_index() {
    check(
        facts::ACCOUNTS,
        "senders_by_phone_number_id (phone_number_id=?)",
    );
    check(
        facts::ANSWERED,
        "messages_by_provider_index (provider_index=?)",
    );
    check(
        recipient_identities::FIND,
        "sqlite_autoindex_recipient_identities_1 (identity=? AND account_id=?)",
    );
    check(
        consent::LAST,
        "sqlite_autoindex_opt_outs_1 (account_id=? AND recipient_index=?)",
    );
    check(
        consent::LOGGED,
        "consent_log_1 (account_id=? AND recipient_index=? AND message_index=?)",
    );
}

#[test]
fn rows_to_change_are_found_by_index() {
    check(settle::UPDATE, "sqlite_autoindex_messages_1 (id=?)");
    check(SET_BALANCES, "sqlite_autoindex_subscriptions_1 (id=?)");
}

#[test]
fn pending_messages_are_found_by_their_primary_key() {
    let expired = plan(receipts::EXPIRED);
    let search = "SEARCH pending_messages USING PRIMARY KEY ((expires_at,message_id)>(?,?)";
    assert_eq!(expired.len(), 1, "{expired:#?}");
    assert!(expired[0].starts_with(search), "{expired:#?}");
    let decided = plan(&settle::FORGET_PENDING.replace('?', "'[]'"));
    let search = "SEARCH pending_messages USING PRIMARY KEY (expires_at=? AND message_id=?)";
    assert!(decided.iter().any(|step| step == search), "{decided:#?}");
    assert!(
        !decided.iter().any(|step| step.contains("SCAN pending")),
        "{decided:#?}"
    );
}

#[test]
fn queued_messages_are_found_by_index_in_their_order() {
    for (statement, index) in [
        (outgoing_queue::DUE, "due_queued_messages (due_at<?)"),
        (
            outgoing_queue::ABANDONED,
            "claimed_queued_messages (claimed_at>? AND claimed_at<?)",
        ),
    ] {
        let mut steps = plan(statement);
        // The accounts that are left out are read once, into a list.
        let reads = |step: &String| step.starts_with("SEARCH") || step.starts_with("SCAN");
        steps.retain(|step| reads(step) && !step.contains("VIRTUAL TABLE"));
        assert_eq!(steps.len(), 2, "{steps:#?}");
        assert!(steps[0].contains(index), "{steps:#?}");
        assert!(
            steps[1].contains("sqlite_autoindex_messages_1 (id=?)"),
            "{steps:#?}"
        );
    }
}

#[test]
fn a_page_is_read_by_the_index_of_its_account_or_of_its_recipient() {
    let of_account = plan(OF_ACCOUNT).join("\n");
    let by_account =
        "INDEX messages_by_account (account_id=? AND created_at>? AND (created_at,id)<";
    assert!(of_account.contains(by_account), "{of_account}");
    assert!(!of_account.contains("SCAN messages"), "{of_account}");
    let of_recipient = plan(OF_RECIPIENT).join("\n");
    for index in ["messages_by_recipient", "failed_messages_by_recipient"] {
        let search = format!("INDEX {index} (account_id=? AND recipient_index=?");
        assert!(of_recipient.contains(&search), "{of_recipient}");
    }
    assert!(!of_recipient.contains("SCAN messages"), "{of_recipient}");
}

#[test]
fn the_messages_of_a_period_and_their_facts_are_found_by_index() {
    let period = "messages_by_account (account_id=? AND created_at>? AND created_at<?)";
    let counted = plan(insights::COUNT).join("\n");
    assert!(
        counted.contains(&format!("COVERING INDEX {period}")),
        "{counted}"
    );
    let steps = plan(insights::PROGRESS);
    for index in [
        period,
        "sqlite_autoindex_templates_1 (id=?)",
        "sqlite_autoindex_verifications_1 (id=?)",
        "sqlite_autoindex_message_events_1 (message_id=? AND status=?)",
    ] {
        let found = steps.iter().any(|step| step.contains(index));
        assert!(found, "{index} in {steps:#?}");
    }
    assert!(
        !steps.iter().any(|step| step.contains("SCAN")),
        "{steps:#?}"
    );
}

#[test]
fn facts_of_verifications_are_found_by_index() {
    let by_id = "sqlite_autoindex_verifications_1 (id=?)";
    check(stored_verifications::STATES, by_id);
    let pending = "pending_verifications_by_recipient (account_id=? AND recipient_index=?)";
    check_joined(stored_verifications::PENDING_OF, &[pending, by_id]);
    let guesses = "wrong_guesses_by_recipient (account_id=? AND recipient_index=? AND at>?)";
    check(stored_verifications::WRONG_GUESSES, guesses);
    let failures = plan(&verification_ledger::FAILURES.replace('?', "'[]'")).join("\n");
    assert!(failures.contains(guesses), "{failures}");
    assert!(failures.contains(by_id), "{failures}");
    let answered = plan(&verification_ledger::ANSWERED.replace('?', "'[]'")).join("\n");
    let by_verification = "checks_by_verification (verification_id=?)";
    assert!(answered.contains(by_verification), "{answered}");
    let due = plan(verification_ledger::DUE);
    let search = "SEARCH pending_verifications USING PRIMARY KEY (expires_at<?)";
    assert_eq!(due, [search]);
}

#[test]
fn fallbacks_are_found_by_index() {
    let by_id = "PRIMARY KEY (verification_id=?)";
    let of_verification = "sqlite_autoindex_verifications_1 (id=?)";
    check_joined(stored_fallbacks::FALLBACKS, &[by_id, of_verification]);
    check_joined(stored_fallbacks::STEPS, &[by_id]);
    let by_verification = "messages_by_verification (verification_id=?)";
    // The few rows are sorted.
    let messages = plan(&stored_fallbacks::MESSAGES.replace('?', "'[]'")).join("\n");
    assert!(messages.contains(by_verification), "{messages}");
    assert!(!messages.contains("SCAN m"), "{messages}");
    check_joined(stored_fallbacks::UPDATE, &[by_id]);
    check_joined(stored_verifications::LOOK_AT_FALLBACK, &[by_id]);
    let by_message = "sqlite_autoindex_messages_1 (id=?)";
    check(stored_fallbacks::SHARE_CHARGES, by_message);
    let due = plan(fallbacks::DUE);
    assert_eq!(due.len(), 1, "{due:#?}");
    assert!(
        due[0].contains("due_fallbacks ((look_at,verification_id)>"),
        "{due:#?}"
    );
}

#[test]
fn verifications_to_change_are_found_by_index() {
    let by_id = "sqlite_autoindex_verifications_1 (id=?)";
    check(stored_verifications::UPDATE, by_id);
    let forgotten = plan(&stored_verifications::FORGET_PENDING.replace('?', "'[]'")).join("\n");
    let search = "pending_verifications USING PRIMARY KEY (expires_at=? AND verification_id=?)";
    assert!(forgotten.contains(search), "{forgotten}");
    assert!(forgotten.contains(by_id), "{forgotten}");
}

#[test]
fn records_of_verifications_are_found_by_index() {
    let by_id = "sqlite_autoindex_verifications_1 (id=?)";
    check(verifications::RECORDS, by_id);
    for (statement, index) in [
        (
            verifications::MESSAGES,
            "messages_by_verification (verification_id=?)",
        ),
        (
            verifications::CHECKS,
            "checks_by_verification (verification_id=?)",
        ),
        (
            verifications::FAILURES,
            "wrong_guesses_by_recipient (account_id=? AND recipient_index=? AND at>?)",
        ),
        (
            verifications::SENDS,
            "messages_by_recipient (account_id=? AND recipient_index=? AND created_at>?)",
        ),
        (
            verifications::OF_ACCOUNT,
            "verifications_by_account (account_id=? AND created_at>? AND (created_at,id)<",
        ),
        (
            verifications::OF_RECIPIENT,
            "verifications_by_recipient (account_id=? AND recipient_index=? AND created_at>?",
        ),
    ] {
        let steps = plan(&statement.replace("json_each(?)", "json_each('[]')")).join("\n");
        assert!(steps.contains(index), "{steps}");
    }
}
