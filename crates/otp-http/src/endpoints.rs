//! Endpoints of the API, one file each.

pub(crate) mod cancel_verification;
pub(crate) mod check_message_status;
pub(crate) mod check_verification;
pub(crate) mod create_verification;
pub(crate) mod docs;
pub(crate) mod explain_message;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod list_messages;
pub(crate) mod list_test_messages;
pub(crate) mod list_verifications;
pub(crate) mod record_outcome;
pub(crate) mod resend_verification;
pub(crate) mod send_message;
pub(crate) mod show_insights;
pub(crate) mod show_message;
pub(crate) mod show_verification;
pub(crate) mod whatsapp_webhook;
