//! Whether the database can be used.

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};

use crate::errors::backend;
use crate::{PgStore, SchemaState};

#[async_trait]
impl StorageHealth for PgStore {
    async fn check(&self) -> Result<(), PortError> {
        match self.read_schema_state().await? {
            SchemaState::UpToDate => Ok(()),
            SchemaState::Behind(1) => Err(backend("1 migration is pending")),
            SchemaState::Behind(n) => Err(backend(format!("{n} migrations are pending"))),
            SchemaState::Newer => Err(backend("the schema is newer than this program")),
        }
    }

    fn connection_use(&self) -> ConnectionUse {
        self.pool_use()
    }
}
