//! The durability of the database: the settings of the server, as they apply to our connections.

use async_trait::async_trait;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use otp_core::ports::{PortError, StorageDurability, StorageSetting};

use crate::PgStore;
use crate::errors::port_error;

const SETTINGS: &str = "SELECT name, setting FROM pg_settings \
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name";

#[derive(diesel::QueryableByName)]
struct SettingRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    setting: String,
}

#[async_trait]
impl StorageDurability for PgStore {
    async fn durability_settings(&self) -> Result<Vec<StorageSetting>, PortError> {
        let mut connection = self.connection().await?;
        let rows: Vec<SettingRow> = diesel::sql_query(SETTINGS)
            .load(&mut connection)
            .await
            .map_err(port_error)?;
        let setting = |row: SettingRow| StorageSetting {
            name: row.name,
            value: row.setting,
        };
        Ok(rows.into_iter().map(setting).collect())
    }
}
