//! The built server, seen from outside, on every store. Folders mirror URLs; what concerns no URL has
//! a folder by its theme.

mod check_message_status;
mod command_line;
mod configuration;
mod demo;
mod docs;
mod health;
mod messages;
mod metrics;
mod notices;
mod privacy;
mod reliability;
mod send_message;
mod templates;
mod tls;
mod tracing;
mod webhooks;
