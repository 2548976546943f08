//! Black-box tests: a real server on a free port, and a real client.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot continue should fail"
)]

mod chaos;
mod control;
mod documentation;
mod hold;
mod hostile;
mod lives;
mod mail;
mod numbers;
mod overrides;
mod page;
mod receiver;
mod sending;
mod support;
mod templates;
mod test_numbers;
mod webhooks;
