//! Black-box tests: a real server on a free port, a real client.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod bounds;
mod chaos_and_limits;
mod control;
mod documentation;
mod hold;
mod hostile;
mod lives;
mod objects;
mod page;
mod receiver;
mod receivers;
mod sending;
mod support;
mod templates;
mod test_numbers;
mod webhooks;
