//! The rules keep their promises in every history, over a file that each process opens anew.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_testkit::histories::{self, Reopen};

use crate::fresh::Place;

impl Reopen for Place {
    async fn open(&self) -> Arc<dyn Storage> {
        self.store().await
    }
}

#[test]
fn verifications_keep_their_promises_in_every_history() {
    histories::check(80, Place::new);
}
