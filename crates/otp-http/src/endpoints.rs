//! Endpoints of the API, one file each.

pub(crate) mod cancel_verification;
pub(crate) mod change_webhook_endpoint;
pub(crate) mod check_message_status;
pub(crate) mod check_verification;
pub(crate) mod create_verification;
pub(crate) mod create_webhook_endpoint;
pub(crate) mod docs;
pub(crate) mod explain_message;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod list_messages;
pub(crate) mod list_test_messages;
pub(crate) mod list_verifications;
pub(crate) mod list_webhook_endpoints;
pub(crate) mod record_outcome;
pub(crate) mod remove_webhook_endpoint;
pub(crate) mod resend_verification;
pub(crate) mod rotate_webhook_secret;
pub(crate) mod send_message;
pub(crate) mod show_insights;
pub(crate) mod show_message;
pub(crate) mod show_verification;
pub(crate) mod show_webhook_endpoint;
mod webhook_endpoint;
pub(crate) mod whatsapp_webhook;
