//! `/webhooks/…`

mod whatsapp;
