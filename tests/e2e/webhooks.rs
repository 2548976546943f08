//! `/webhooks/…`

pub(crate) mod whatsapp;
