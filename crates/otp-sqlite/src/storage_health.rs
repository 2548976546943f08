//! The health of the file.

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};

use crate::SqliteStore;
use crate::errors::backend;

#[async_trait]
impl StorageHealth for SqliteStore {
    async fn check(&self) -> Result<(), PortError> {
        let state = self.read_schema_state().await?;
        if state.serves_this_program() {
            Ok(())
        } else {
            Err(backend(format_args!("the schema {state}")))
        }
    }

    async fn check_space(&self) -> Result<(), PortError> {
        self.require_room().await
    }

    fn connection_use(&self) -> ConnectionUse {
        self.pools_use()
    }
}
