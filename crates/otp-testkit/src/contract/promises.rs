//! The list of all promises, and the macro that makes a test of each.

/// Makes a test of each promise that a store keeps.
///
/// The first argument is an expression that evaluates, anew for each test, to a future of
/// `(Arc<impl Storage>, guard)`; the guard is dropped when the test ends. The names after it select
/// modules of [`contract`](crate::contract): `storage_contract!(fresh(); administration, credits)`.
/// Without names, every module is run. The tests are plain `#[test]` functions, so a crate that
/// calls this macro depends on `otp-testkit` only.
#[macro_export]
macro_rules! storage_contract {
    ($fresh:expr) => {
        $crate::storage_contract! { $fresh;
            administration, admission, audit_trail, audited_changes, channels, code_checks, corrections, credits,
            erasure, fallbacks, idempotency, idempotent_answers, insight_rollups, insights, keyring,
            notice_outbox, opt_out, orders, outcomes, outgoing_queue, pages, persons, proof_keys,
            races, receipts, reviewer_numbers, schema, second_factors, sender_health, sessions,
            settlement, staff, teams, templates, test_accounts, timeline, verifications,
            webhook_deliveries, webhook_endpoints, webhook_events, webhook_listeners, webhook_log,
        }
    };
    ($fresh:expr; $($module:ident),+ $(,)?) => {
        $($crate::storage_contract! { @$module $fresh })+
    };
    (@administration $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; administration:
            accounts_read_back_as_written,
            keys_read_back_as_written_and_are_found_by_hash,
            a_revocation_keeps_its_first_time,
            keys_that_expire_soon_are_found_unless_revoked,
            the_latest_day_of_use_is_kept,
            a_key_is_replaced_whole_or_not_at_all,
            plans_read_back_and_names_are_unique,
            prices_are_set_all_together_and_keep_the_others,
            senders_and_templates_read_back,
            what_belongs_to_nobody_is_a_conflict,
            a_sending_profile_has_senders_oldest_first,
            the_storage_is_healthy,
        }
    };
    (@admission $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; admission:
            an_admitted_send_is_pending_and_paid_for,
            a_batch_is_judged_one_by_one,
            a_large_batch_over_many_accounts_is_admitted_whole,
            a_refused_send_leaves_nothing,
            a_route_that_is_missing_is_refused_after_replay,
            a_restricted_or_closed_account_is_refused_after_replay,
            an_opted_out_recipient_is_refused_until_opting_in,
            the_cooldown_is_derived_from_the_messages,
            the_cooldown_is_per_account_and_recipient,
            sends_of_the_last_days_count_and_older_ones_do_not,
            a_batch_that_conflicts_records_nothing,
            another_accounts_message_is_as_absent_as_an_unknown_one,
            an_explanation_is_the_verdict_that_follows,
        }
    };
    (@audit_trail $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; audit_trail:
            audit_entries_read_back_newest_first,
            audit_entries_are_appended_all_or_none,
            concurrent_audit_entries_make_one_chain,
        }
    };
    (@audited_changes $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; audited_changes:
            changes_of_accounts_have_their_entries,
            changes_of_keys_have_their_entries,
            changes_of_plans_and_prices_have_their_entries,
            changes_of_subscriptions_have_their_entries,
            changes_of_senders_have_their_entries,
            changes_of_webhook_endpoints_have_their_entries,
        }
    };
    (@idempotency $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; idempotency:
            a_replay_under_way_is_pending_and_then_the_first_answer,
            a_replay_under_way_is_pending_whatever_a_receipt_reports,
            a_failed_first_answer_is_replayed,
            a_key_is_bound_to_its_api_key,
            a_refused_send_does_not_use_up_its_key,
            keys_never_expire,
        }
    };
    (@idempotent_answers $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; idempotent_answers:
            a_request_begins_once_and_its_answer_is_replayed,
            of_many_requests_with_one_key_one_is_the_first,
            an_abandoned_request_is_taken_over,
            a_forgotten_request_begins_again,
            a_key_is_free_after_a_day,
            old_requests_are_removed_oldest_first,
        }
    };
    (@channels $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; channels:
            a_message_of_another_channel_has_neither_sender_nor_template,
            a_mail_has_no_region_either_and_follows_the_same_rules,
        }
    };
    (@corrections $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; corrections:
            a_change_of_an_account_replaces_what_it_names,
            the_sender_of_mails_is_in_the_profile_until_it_is_removed,
            the_subject_of_proofs_is_in_the_profile,
            a_retired_plan_stays_and_keeps_its_first_time,
            a_price_is_unset_and_no_other,
            prices_are_replaced_only_as_they_were_seen,
            accounts_are_listed_by_pages,
            a_removed_sender_is_gone_with_its_templates_and_may_be_added_again,
        }
    };
    (@credits $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; credits:
            the_newest_subscription_that_covers_the_price_pays,
            a_price_is_never_split,
            spending_the_last_credit_expires_and_a_refund_revives,
            balance_is_the_sum_of_the_ledger,
            each_line_of_the_ledger_has_its_balance,
            a_revoked_subscription_keeps_nothing_and_gets_nothing_back,
            a_revocation_among_sends_keeps_the_ledger_balanced,
        }
    };
    (@erasure $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; erasure:
            erasing_leaves_no_trace_of_the_recipient,
            an_erased_message_still_counts,
            an_erased_recipient_is_still_opted_out,
        }
    };
    (@insight_rollups $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; insight_rollups:
            the_first_uncounted_message_of_each_account_is_known,
            accounts_are_counted_in_the_order_of_their_ids,
            a_settled_slot_becomes_part_of_its_day,
            racers_keep_a_slot_once,
        }
    };
    (@insights $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; insights:
            the_progress_of_each_message_is_known,
            a_message_is_found_with_its_groups_and_its_code,
            a_period_has_the_messages_of_one_account,
            an_approved_verification_is_found_with_all_its_messages,
            too_many_messages_are_refused,
        }
    };
    (@keyring $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; keyring:
            an_account_is_added_with_its_key,
            keys_of_many_accounts_are_found_at_once,
            racers_agree_on_the_installations_key,
            keys_are_listed_in_order_and_bounded,
            only_an_unchanged_key_is_rewrapped,
            without_its_key_nothing_of_an_account_opens,
        }
    };
    (@sender_health $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; sender_health:
            what_is_known_of_a_sender_reads_back,
            of_many_who_stop_a_sender_one_brings_the_news,
            senders_are_due_in_the_order_of_their_looks,
            a_token_is_replaced,
        }
    };
    (@settlement $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; settlement:
            accepted_is_sent,
            failed_gives_the_credits_back_and_leaves_the_cooldown,
            unknown_stays_pending_and_paid,
            settling_again_changes_nothing,
            receipts_never_move_a_status_backwards,
            an_unknown_message_is_passed_over,
        }
    };
    (@receipts $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; receipts:
            a_receipt_finds_its_message_by_either_id,
            a_receipt_of_an_unknown_message_comes_from_a_known_number_or_not,
            a_removed_senders_receipts_and_consent_still_count,
            credits_follow_late_failures_and_late_deliveries,
            a_late_delivery_is_paid_by_whoever_can,
            a_receipt_may_come_before_the_answer,
            receipts_of_unknown_messages_are_kept_once,
            pending_messages_expire_and_decided_ones_do_not,
            any_outcome_but_unknown_ends_the_wait_for_one,
            a_settlement_of_another_account_is_passed_over,
        }
    };
    (@templates $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; templates:
            what_the_provider_says_reads_back,
            only_an_unchanged_template_is_replaced,
            of_many_who_replace_one_template_one_succeeds,
            the_templates_of_a_business_are_those_of_all_its_senders,
            a_template_that_is_out_of_use_is_in_no_sending_profile,
        }
    };
    (@test_accounts $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; test_accounts:
            an_account_has_one_test_account,
            accounts_change_together_or_not_at_all,
            a_message_that_costs_nothing_leaves_the_ledger_alone,
            messages_of_an_inbox_are_found_newest_first,
            lives_move_on_one_report_at_a_time,
            an_inbox_forgets_old_messages,
        }
    };
    (@timeline $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; timeline:
            every_transition_is_recorded_once_with_its_source,
            late_news_is_recorded_and_moves_nothing,
            the_end_of_a_lifetime_is_recorded,
            a_history_names_sender_and_template_and_is_nobody_elses,
        }
    };
    (@fallbacks $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; fallbacks:
            a_fallback_is_due_when_its_step_is,
            due_fallbacks_are_listed_page_by_page,
            of_many_who_take_a_step_one_does,
            a_step_costs_what_its_message_costs_more,
            a_failed_message_makes_its_fallback_due,
            the_end_of_a_verification_makes_its_fallback_due,
            a_fallback_that_was_not_used_ends_without_a_trace,
            what_did_not_arrive_is_given_back_and_a_late_receipt_is_paid_for,
            steps_to_an_erased_recipient_are_forgotten,
            the_steps_of_a_fallback_are_found,
        }
    };
    (@outgoing_queue $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; outgoing_queue:
            an_admitted_mail_with_a_code_is_queued_and_other_messages_are_not,
            a_claim_is_for_good,
            of_many_who_claim_at_the_same_time_one_gets_a_message,
            a_postponed_message_comes_back_when_it_is_due,
            those_that_have_been_due_for_longest_come_first,
            an_old_claim_is_abandoned_until_it_is_removed,
            the_backlog_is_what_is_due_and_not_claimed,
            messages_of_accounts_that_are_left_out_wait,
        }
    };
    (@code_checks $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; code_checks:
            a_right_guess_approves_once,
            of_many_right_guesses_one_approves,
            of_many_wrong_guesses_five_count,
            a_batch_of_checks_is_judged_one_by_one,
            ten_wrong_guesses_block_a_recipient,
            a_repeated_check_is_answered_like_the_first,
            another_transaction_costs_no_guess,
        }
    };
    (@verifications $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; verifications:
            a_new_verification_reads_back_with_its_message,
            a_refused_or_replayed_verification_leaves_nothing,
            a_newer_verification_replaces_the_pending_one,
            a_resend_adds_a_message_with_the_same_code,
            a_canceled_verification_has_no_code,
            expired_verifications_lose_their_codes,
            verifications_are_listed_by_what_is_asked,
            the_messages_of_a_verification_have_their_status,
            an_erased_recipient_cannot_be_verified,
        }
    };
    (@notice_outbox $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; notice_outbox:
            notices_read_back_as_written_and_are_kept_once,
            a_notice_to_nobody_is_a_conflict,
            a_claim_holds_until_its_lease_ends,
            a_notice_is_tried_again_when_it_is_due,
            a_muted_notice_is_done,
            claims_are_bounded_and_in_order,
            a_notice_is_claimed_by_one_worker_at_a_time,
            the_outbox_is_bounded,
            the_backlog_is_what_waits,
            ended_notices_are_forgotten_in_time,
            a_crossing_is_noticed_once,
            racers_cross_once,
            refunds_make_no_room_for_another_notice,
            each_account_has_a_threshold_of_its_own,
        }
    };
    (@opt_out $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; opt_out:
            the_request_that_was_made_last_holds_in_whatever_order_it_is_reported,
            every_request_is_logged_once_and_in_its_order,
            a_request_of_nobodys_recipient_is_a_conflict,
            consent_targets_are_found_by_number_and_by_message,
            contacted_recipients_are_those_that_were_sent_to,
            identities_are_remembered_and_the_newest_holds,
            unresolved_consents_are_kept_once_until_forgotten,
            too_old_and_too_many_unresolved_consents_are_forgotten,
            concurrent_requests_end_in_the_last_one,
        }
    };
    (@orders $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; orders:
            orders_read_back_at_each_step,
            an_order_may_end_at_once,
            a_form_that_is_sent_again_orders_once,
            an_order_that_conflicts_leaves_nothing,
            orders_are_listed,
            a_change_of_another_status_changes_nothing,
            of_many_activations_one_grants,
            an_activation_and_a_withdrawal_exclude_each_other,
            an_activation_that_fails_leaves_nothing,
        }
    };
    (@outcomes $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; outcomes:
            the_first_outcome_stays_and_reads_back,
            a_verdict_names_the_region_and_the_template,
            of_outcomes_at_the_same_time_one_is_recorded,
            an_outcome_of_an_unknown_or_foreign_message_is_not_recorded,
            an_outcome_survives_receipts_and_erasure,
        }
    };
    (@pages $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; pages:
            many_messages_are_found_as_each_is,
            many_records_are_as_each_history_shows_them,
            pages_neither_skip_nor_repeat_while_messages_are_added,
            a_list_is_narrowed_by_status_recipient_and_time,
            a_search_looks_at_no_more_messages_than_it_may,
        }
    };
    (@proof_keys $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; proof_keys:
            proof_keys_read_back_oldest_first,
            a_rotation_changes_what_it_names_and_nothing_else,
            a_rotation_of_older_keys_changes_nothing,
            racers_agree_on_the_first_proof_key,
            of_many_rotations_at_the_same_time_one_succeeds,
        }
    };
    (@races $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; races:
            one_number_many_racers_one_passes,
            one_key_many_racers_one_message,
            concurrent_debits_never_overspend,
            batches_over_the_same_accounts_do_not_deadlock,
            refunds_and_debits_keep_the_ledger_balanced,
            the_credits_add_up_at_every_read,
        }
    };
    (@persons $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; persons:
            persons_read_back_and_are_found_by_address,
            opening_an_account_adds_all_of_it,
            an_address_belongs_to_one_person,
            concurrent_sign_ups_of_one_address_add_one_person,
            joining_an_unknown_account_leaves_nothing,
            a_password_is_set_with_its_record,
            a_rehash_never_undoes_a_new_password,
            details_are_set_for_one_person,
        }
    };
    (@second_factors $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; second_factors:
            a_second_factor_is_replaced_until_it_is_confirmed,
            a_second_factor_is_confirmed_once,
            a_changed_second_factor_ends_the_other_sessions,
            the_code_of_a_step_is_used_once,
            a_recovery_code_is_used_once,
            a_second_factor_is_removed_once,
        }
    };
    (@sessions $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; sessions:
            sessions_read_back_and_are_found_by_hash,
            a_session_begins_with_the_present_password_only,
            a_session_begins_with_its_device_and_its_notices,
            a_new_password_and_a_sign_in_leave_no_old_session,
            a_session_begins_without_a_second_factor_only_if_there_is_none,
            a_new_second_factor_and_a_sign_in_leave_no_session_without_it,
            a_new_session_ends_the_one_before_it,
            a_session_is_replaced_once_under_its_hash,
            a_person_ends_only_their_own_sessions,
            a_new_password_ends_the_other_sessions,
            a_session_that_was_ended_sets_no_password,
            old_sessions_are_forgotten_in_batches,
            attempts_to_sign_in_wait_by_the_rule,
            concurrent_attempts_are_judged_one_after_the_other,
            old_failures_are_forgotten_in_batches,
            a_sign_in_link_is_taken_once,
            old_sign_in_links_are_forgotten_in_batches,
        }
    };
    (@staff $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; staff:
            staff_read_back_and_have_addresses_of_their_own,
            staff_change_by_the_rule_with_an_entry,
            concurrent_changes_leave_an_admin,
        }
    };
    (@teams $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; teams:
            invitations_read_back_and_are_found_by_address,
            a_team_changes_by_the_rule_with_a_record,
            whoever_is_invited_joins_or_declines,
            whoever_signs_up_for_a_team_has_an_address_of_their_own,
            concurrent_changes_leave_an_owner,
            concurrent_invitations_fill_a_team_and_no_more,
            old_invitations_are_forgotten_in_batches,
        }
    };
    (@reviewer_numbers $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; reviewer_numbers:
            reviewer_numbers_read_back_and_are_part_of_the_profile,
            a_reviewer_number_replaces_its_earlier_entry_and_ended_ones,
            one_reviewer_number_too_many_leaves_nothing,
            concurrent_reviewer_numbers_never_exceed_the_limit,
            a_reviewer_number_is_removed_once,
            erasing_a_recipient_removes_its_reviewer_number,
        }
    };
    (@schema $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; schema:
            a_migrated_schema_is_up_to_date_and_stays_so,
        }
    };
    (@webhook_deliveries $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; webhook_deliveries:
            an_event_goes_once_to_each_endpoint_that_wants_it,
            a_turn_belongs_to_one_process_at_a_time,
            a_turn_ends_with_what_is_due_next,
            a_disabled_endpoint_is_called_when_it_is_enabled_again,
            turns_are_claimed_as_far_as_there_is_room,
            a_resting_endpoint_has_no_turn,
            the_backlog_of_webhooks_is_what_no_process_has_begun,
        }
    };
    (@webhook_events $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; webhook_events:
            each_move_of_a_message_is_an_event_of_an_account_that_wants_it,
            each_end_of_a_verification_is_an_event,
            each_change_of_another_resource_is_an_event,
        }
    };
    (@webhook_listeners $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; webhook_listeners:
            a_listener_has_its_own_turn_until_it_is_silent,
            a_listener_fetches_an_event_until_it_has_received_it,
        }
    };
    (@webhook_log $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; webhook_log:
            old_deliveries_are_forgotten,
            deliveries_read_back_with_their_attempts,
            deliveries_are_replayed_by_id_and_by_time,
            undelivered_ones_are_listed_and_replayed_alone,
            failing_endpoints_are_known_with_their_first_failure,
            a_delivery_can_be_added_to_one_endpoint,
            a_disabled_endpoint_is_not_called_for_a_replay,
        }
    };
    (@webhook_endpoints $fresh:expr) => {
        $crate::storage_contract! { @tests $fresh; webhook_endpoints:
            webhook_endpoints_read_back_oldest_first_by_their_account_only,
            a_change_of_a_webhook_endpoint_writes_what_it_names,
            concurrent_rotations_of_a_webhook_secret_keep_the_newest_two,
            one_webhook_endpoint_too_many_leaves_nothing,
            concurrent_webhook_endpoints_never_exceed_the_limit,
            a_webhook_endpoint_is_removed_once,
            the_account_wants_what_its_webhook_endpoints_want,
            concurrent_changes_of_webhook_endpoints_leave_the_union_of_the_last,
        }
    };
    (@tests $fresh:expr; $module:ident: $($promise:ident,)+) => {$(
        #[test]
        fn $promise() {
            $crate::runtime::with_threads(async {
                let (store, guard) = $fresh.await;
                $crate::contract::$module::$promise(store).await;
                drop(guard);
            });
        }
    )+};
}
