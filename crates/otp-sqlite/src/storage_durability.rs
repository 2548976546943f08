//! The durability of the file: the settings of our connections.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use otp_core::ports::{PortError, StorageDurability, StorageSetting};

use crate::SqliteStore;

#[async_trait]
impl StorageDurability for SqliteStore {
    async fn durability_settings(&self) -> Result<Vec<StorageSetting>, PortError> {
        // Connections that read and that write are set up alike.
        self.read("db.storage_durability.settings", |connection| {
            let mode = diesel::dsl::sql::<Text>("PRAGMA journal_mode");
            let mode: String = mode.get_result(connection)?;
            let synchronous = diesel::dsl::sql::<Integer>("PRAGMA synchronous");
            let synchronous: i32 = synchronous.get_result(connection)?;
            let setting = |name: &str, value: String| StorageSetting {
                name: name.to_owned(),
                value,
            };
            Ok(vec![
                setting("journal_mode", mode),
                setting("synchronous", synchronous.to_string()),
            ])
        })
        .await
    }
}
