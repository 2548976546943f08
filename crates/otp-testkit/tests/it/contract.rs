//! The memory store keeps the storage contract.

use std::sync::Arc;

use otp_testkit::MemoryStore;

otp_testkit::storage_contract!(async { (Arc::new(MemoryStore::default()), ()) });
