//! `POST /SendMessage`

mod bad_input;
mod cooldown;
mod credits;
mod delivery;
mod idempotency;
mod judgement;
mod language;
