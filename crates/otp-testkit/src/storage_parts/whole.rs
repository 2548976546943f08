//! The ports that a store has as a whole, not a part of it.

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, Schema, SchemaError, SchemaState, StorageHealth};

use super::StorageParts;

#[async_trait]
impl Schema for StorageParts {
    async fn state(&self) -> Result<SchemaState, SchemaError> {
        self.schema.state().await
    }

    async fn migrate(&self) -> Result<usize, SchemaError> {
        self.schema.migrate().await
    }
}

#[async_trait]
impl StorageHealth for StorageParts {
    async fn check(&self) -> Result<(), PortError> {
        self.storage_health.check().await
    }

    async fn check_space(&self) -> Result<(), PortError> {
        self.storage_health.check_space().await
    }

    fn connection_use(&self) -> ConnectionUse {
        self.storage_health.connection_use()
    }
}
