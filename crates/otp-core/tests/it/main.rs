//! Tests of the use cases through the public interface.

mod administration;
mod answer_once;
mod audit_credits;
mod authenticate;
mod check_message_status;
mod examine_sender;
mod expire_pending_messages;
mod explain_send;
mod find_accounts;
mod handle_provider_webhook;
mod if_absent;
mod inspect_messages;
mod keyring;
mod list_messages;
mod lists;
mod mail_notices;
mod opt_out;
mod phone_corpus;
mod receipts;
mod record_outcome;
mod rotate_api_key;
mod send_message;
mod senders;
mod show_message;
mod sync_templates;
mod templates;
