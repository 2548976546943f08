//! The rules keep their promises in every history, over the store in memory.

use otp_testkit::{MemoryStore, histories};

#[test]
fn verifications_keep_their_promises_in_every_history() {
    histories::check(1_000, MemoryStore::default);
}
