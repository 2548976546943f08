//! Tests of the use cases through the public interface.

mod administration;
mod authenticate;
mod check_message_status;
mod expire_pending_messages;
mod find_accounts;
mod if_absent;
mod inspect_messages;
mod list_messages;
mod mail_notices;
mod opt_out;
mod phone_corpus;
mod receipts;
mod rotate_api_key;
mod send_message;
mod senders;
mod templates;
