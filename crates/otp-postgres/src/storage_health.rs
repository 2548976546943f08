//! Whether the storage is there.

use async_trait::async_trait;
use otp_core::ports::{PortError, StorageHealth};

use crate::connect::PgStore;
use crate::errors::{port_error, unexpected};
use crate::migrations::{self, SchemaState};

#[async_trait]
impl StorageHealth for PgStore {
    async fn check(&self) -> Result<(), PortError> {
        let state = migrations::state(&mut *self.connection().await?).await;
        match state.map_err(port_error)? {
            SchemaState::UpToDate => Ok(()),
            SchemaState::Behind(missing) => {
                Err(unexpected(format!("the schema lacks {missing} migrations")))
            }
            SchemaState::Newer => Err(unexpected("the schema is newer than this program")),
        }
    }
}
