//! The storage contract on PostgreSQL.

use std::sync::Arc;

use crate::fresh;

otp_testkit::storage_contract!(async {
    let store = fresh::store(&fresh::database()).await;
    (Arc::new(store), ())
});
