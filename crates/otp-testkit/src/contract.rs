//! The storage contract: one function per promise, named after it. Every adapter runs all of them:
//!
//! ```text
//! use otp_core::ports::Schema as _;
//!
//! otp_testkit::storage_contract!(async {
//!     let folder = tempfile::tempdir().unwrap();
//!     let store = SqliteStore::connect(…).await.unwrap();
//!     store.migrate().await.unwrap();
//!     (std::sync::Arc::new(store), folder) // the second value is dropped when the test ends
//! });
//! ```

pub mod administration;
pub mod admission;
pub mod channels;
pub mod credits;
pub mod erasure;
pub mod fixture;
pub mod idempotency;
pub mod keyring;
pub mod notice_outbox;
pub mod opt_out;
pub mod pages;
pub mod races;
pub mod receipts;
pub mod schema;
pub mod sender_health;
pub mod settlement;
pub mod templates;
pub mod timeline;

/// Makes a test of each promise. The argument is an expression that evaluates, anew for each test, to
/// a future of `(Arc<impl Storage>, guard)`.
#[macro_export]
macro_rules! storage_contract {
    ($fresh:expr) => {
        $crate::storage_contract! { @promises $fresh;
            administration::accounts_read_back_as_written,
            administration::keys_read_back_as_written_and_are_found_by_hash,
            administration::a_revocation_keeps_its_first_time,
            administration::keys_that_expire_soon_are_found_unless_revoked,
            administration::a_key_is_replaced_whole_or_not_at_all,
            administration::plans_read_back_and_names_are_unique,
            administration::prices_are_set_all_together_and_keep_the_others,
            administration::senders_and_templates_read_back,
            administration::what_belongs_to_nobody_is_a_conflict,
            administration::a_sending_profile_has_senders_oldest_first,
            administration::the_storage_is_healthy,
            admission::an_admitted_send_is_pending_and_paid_for,
            admission::a_batch_is_judged_one_by_one,
            admission::a_large_batch_over_many_accounts_is_admitted_whole,
            admission::a_refused_send_leaves_nothing,
            admission::a_route_that_is_missing_is_refused_after_replay,
            admission::an_opted_out_recipient_is_refused_until_opting_in,
            admission::the_cooldown_is_derived_from_the_messages,
            admission::the_cooldown_is_per_account_and_recipient,
            admission::sends_of_the_last_days_count_and_older_ones_do_not,
            admission::a_batch_that_conflicts_records_nothing,
            admission::another_accounts_message_is_as_absent_as_an_unknown_one,
            admission::an_explanation_is_the_verdict_that_follows,
            idempotency::a_replay_under_way_is_pending_and_then_the_first_answer,
            idempotency::a_failed_first_answer_is_replayed,
            idempotency::a_key_is_bound_to_its_api_key,
            idempotency::a_refused_send_does_not_use_up_its_key,
            idempotency::keys_never_expire,
            channels::a_message_of_another_channel_has_neither_sender_nor_template,
            credits::the_newest_subscription_that_covers_the_price_pays,
            credits::a_price_is_never_split,
            credits::spending_the_last_credit_expires_and_a_refund_revives,
            credits::balance_is_the_sum_of_the_ledger,
            erasure::erasing_leaves_no_trace_of_the_recipient,
            erasure::an_erased_message_still_counts,
            erasure::an_erased_recipient_is_still_opted_out,
            keyring::an_account_is_added_with_its_key,
            keyring::racers_agree_on_the_installations_key,
            keyring::keys_are_listed_in_order_and_bounded,
            keyring::only_an_unchanged_key_is_rewrapped,
            keyring::without_its_key_nothing_of_an_account_opens,
            sender_health::what_is_known_of_a_sender_reads_back,
            sender_health::of_many_who_stop_a_sender_one_brings_the_news,
            sender_health::senders_are_due_in_the_order_of_their_looks,
            sender_health::a_token_is_replaced,
            settlement::accepted_is_sent,
            settlement::failed_gives_the_credits_back_and_leaves_the_cooldown,
            settlement::unknown_stays_pending_and_paid,
            settlement::settling_again_changes_nothing,
            settlement::receipts_never_move_a_status_backwards,
            settlement::an_unknown_message_is_passed_over,
            receipts::a_receipt_finds_its_message_by_either_id,
            receipts::credits_follow_late_failures_and_late_deliveries,
            receipts::a_late_delivery_is_paid_by_whoever_can,
            receipts::a_receipt_may_come_before_the_answer,
            receipts::receipts_of_unknown_messages_are_kept_once,
            receipts::pending_messages_expire_and_decided_ones_do_not,
            receipts::a_settlement_of_another_account_is_passed_over,
            templates::what_the_provider_says_reads_back,
            templates::only_an_unchanged_template_is_replaced,
            templates::of_many_who_replace_one_template_one_succeeds,
            templates::the_templates_of_a_business_are_those_of_all_its_senders,
            templates::a_template_that_is_out_of_use_is_in_no_sending_profile,
            timeline::every_transition_is_recorded_once_with_its_source,
            timeline::late_news_is_recorded_and_moves_nothing,
            timeline::the_end_of_a_lifetime_is_recorded,
            timeline::a_history_names_sender_and_template_and_is_nobody_elses,
            notice_outbox::notices_read_back_as_written_and_are_kept_once,
            notice_outbox::a_notice_to_nobody_is_a_conflict,
            notice_outbox::a_claim_holds_until_its_lease_ends,
            notice_outbox::a_notice_is_tried_again_when_it_is_due,
            notice_outbox::claims_are_bounded_and_in_order,
            notice_outbox::a_notice_is_claimed_by_one_worker_at_a_time,
            notice_outbox::the_outbox_is_bounded,
            notice_outbox::ended_notices_are_forgotten_in_time,
            notice_outbox::a_crossing_is_told_once,
            notice_outbox::racers_cross_once,
            notice_outbox::a_refund_makes_room_for_another_crossing,
            notice_outbox::each_account_has_a_threshold_of_its_own,
            opt_out::the_request_that_was_made_last_holds_in_whatever_order_it_is_reported,
            opt_out::every_request_is_logged_once_and_in_its_order,
            opt_out::a_request_of_nobodys_recipient_is_a_conflict,
            opt_out::consent_targets_are_found_by_number_and_by_message,
            opt_out::contacted_recipients_are_those_that_were_sent_to,
            opt_out::identities_are_remembered_and_the_newest_holds,
            opt_out::unresolved_consents_are_kept_once_until_forgotten,
            opt_out::too_old_and_too_many_unresolved_consents_are_forgotten,
            opt_out::concurrent_requests_end_in_the_last_one,
            pages::many_messages_are_found_as_each_is,
            pages::pages_neither_skip_nor_repeat_while_messages_are_added,
            pages::a_list_is_narrowed_by_status_recipient_and_time,
            races::one_number_many_racers_one_passes,
            races::one_key_many_racers_one_message,
            races::concurrent_debits_never_overspend,
            races::batches_over_the_same_accounts_do_not_deadlock,
            races::refunds_and_debits_keep_the_ledger_balanced,
            races::the_credits_add_up_at_every_read,
            schema::a_migrated_schema_is_up_to_date_and_stays_so,
        }
    };
    (@promises $fresh:expr; $($module:ident :: $promise:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $promise() {
            let (store, guard) = $fresh.await;
            $crate::contract::$module::$promise(store).await;
            drop(guard);
        }
    )*};
}
