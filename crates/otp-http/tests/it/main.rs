//! Tests of the whole API over mocks of the core's ports, with requests and with raw bytes.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod check_message_status;
mod docs;
mod endurance;
mod envelope;
mod explain_message;
mod health;
mod idempotency;
mod insights;
mod jwks;
mod messages;
mod outcome;
mod privacy;
mod problems;
mod rate_limit;
mod revocation;
mod send_message;
mod support;
mod test_inbox;
mod verification_checks;
mod verification_fields;
mod verifications;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_listeners;
mod whatsapp_webhook;
mod wire;
