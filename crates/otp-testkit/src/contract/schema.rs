//! Promises of the schema. What only a database can show (a newer schema, processes that migrate at
//! once) is tested in its adapter.

use std::sync::Arc;

use otp_core::ports::{Schema, SchemaState, Storage};

/// A migrated schema is up to date, and another migration applies nothing.
pub async fn a_migrated_schema_is_up_to_date_and_stays_so(store: Arc<dyn Storage>) {
    assert_eq!(
        Schema::state(&*store).await.expect("a state"),
        SchemaState::UpToDate
    );
    assert_eq!(Schema::migrate(&*store).await.expect("nothing to do"), 0);
    assert_eq!(
        Schema::state(&*store).await.expect("a state"),
        SchemaState::UpToDate
    );
}
