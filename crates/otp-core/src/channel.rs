//! The channels a passcode can travel by, each with what only it knows.

pub mod whatsapp;
