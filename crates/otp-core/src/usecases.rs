//! The use cases: one file for each thing the product does.
//!
//! Each is a struct of named ports with an `execute` method. A program builds it once, with the
//! adapters it has. A page, a command and an endpoint that do the same thing call the same use case.

pub mod account_sealers;
pub mod add_sender;
pub mod add_template;
pub mod announce_expiring_keys;
pub mod apply_receipts;
pub mod apply_sender_events;
pub mod apply_template_events;
pub mod audit_credits;
pub mod authenticate;
pub mod change_account;
pub mod check_keyring;
pub mod check_message_status;
pub mod create_account;
pub mod create_api_key;
pub mod create_plan;
pub mod create_templates;
pub mod enter_consent;
pub mod examine_sender;
pub mod expire_pending_messages;
pub mod explain_send;
pub mod find_accounts;
pub mod find_senders;
pub mod forget_ended_notices;
pub mod grant_subscription;
pub mod handle_provider_webhook;
pub mod list_api_keys;
pub mod list_messages;
pub mod list_plans;
pub mod list_prices;
pub mod list_subscriptions;
pub mod list_templates;
pub mod list_unsent_notices;
pub mod mail_notices;
pub mod open_keyring;
pub mod preflight_templates;
pub mod record_consent;
pub mod remove_sender;
pub mod replace_access_token;
pub mod resume_sender;
pub mod retire_plan;
pub mod revoke_api_key;
pub mod revoke_subscription;
pub mod rotate_api_key;
pub mod rotate_keyring;
pub mod send_message;
pub mod send_test_mail;
pub mod set_prices;
pub mod show_consent;
pub mod show_message;
pub mod stop_sender;
pub mod sync_templates;
pub mod unset_price;
