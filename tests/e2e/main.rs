//! Black-box tests of the built server, on every store. Folders mirror URLs; tests that concern no
//! URL have a folder named after their theme.

mod administration;
mod check_message_status;
mod command_line;
mod configuration;
mod connections;
mod demo;
mod docs;
mod fallbacks;
mod foreign_ids;
mod health;
mod idempotency;
mod insights;
mod keyring;
mod listen;
mod messages;
mod metrics;
mod notices;
mod operations_page;
mod pages;
mod privacy;
mod proofs;
mod reliability;
mod send_message;
mod settings;
mod templates;
mod test_keys;
mod tls;
mod tracing;
mod verifications;
mod verifications_by_email;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_guide;
mod webhook_receivers;
mod webhooks;
