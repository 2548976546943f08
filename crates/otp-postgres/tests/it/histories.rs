//! The rules keep their promises in every history, over a database that each process connects to anew.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_testkit::histories::{self, Reopen};

use crate::fresh;

struct Database(String);

impl Reopen for Database {
    async fn open(&self) -> Arc<dyn Storage> {
        Arc::new(fresh::store(&self.0).await)
    }
}

#[test]
fn verifications_keep_their_promises_in_every_history() {
    histories::check(40, || Database(fresh::database()));
}
