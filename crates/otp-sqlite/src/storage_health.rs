//! Whether the file can be used.

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};

use crate::errors::backend;
use crate::{SchemaState, SqliteStore};

#[async_trait]
impl StorageHealth for SqliteStore {
    async fn check(&self) -> Result<(), PortError> {
        match self.read_schema_state().await? {
            SchemaState::UpToDate => Ok(()),
            SchemaState::Behind(1) => Err(backend("1 migration is pending")),
            SchemaState::Behind(n) => Err(backend(format_args!("{n} migrations are pending"))),
            SchemaState::Newer => Err(backend("the schema is newer than this program")),
        }
    }

    fn connection_use(&self) -> ConnectionUse {
        self.pools_use()
    }
}
