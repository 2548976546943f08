//! The rules keep their promises in every history behind the decorators, which each process starts anew.

use std::sync::Arc;

use otp_core::ports::Storage;
use otp_hot_path::{BatchLimits, CachedDirectory, GroupCommit, GroupedChecks, GroupedReads};
use otp_testkit::histories::{self, Reopen};
use otp_testkit::{MemoryStore, StorageParts};

/// A store in memory, behind the decorators of a server.
#[derive(Default)]
struct Decorated(MemoryStore);

impl Reopen for Decorated {
    async fn open(&self) -> Arc<dyn Storage> {
        let store: Arc<dyn Storage> = Arc::new(self.0.clone());
        let limits = BatchLimits::DEFAULT;
        let reads = Arc::new(GroupedReads::start(store.clone()));
        Arc::new(StorageParts {
            directory: Arc::new(CachedDirectory::new(store.clone())),
            send_ledger: Arc::new(GroupCommit::start(store.clone(), limits)),
            verification_ledger: Arc::new(GroupedChecks::start(store.clone(), limits)),
            messages: reads.clone(),
            receipts: reads.clone(),
            recipient_identities: reads,
            ..StorageParts::of(store)
        })
    }
}

#[test]
fn verifications_keep_their_promises_in_every_history() {
    histories::check(400, Decorated::default);
}
