//! `/webhooks/…`

mod opt_out;
mod whatsapp;
