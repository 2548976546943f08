//! The health of the database.

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};

use crate::PgStore;
use crate::errors::{backend, port_error};
use crate::transaction::Transaction;

/// Makes a table of its own grow. A row in a table of the product might find room in a page that is there
/// already, and would stay behind as a dead row.
const FILL_A_MEBIBYTE: &str = "CREATE TEMPORARY TABLE otp_room ON COMMIT DROP AS \
     SELECT repeat('x', 1000) AS filling FROM generate_series(1, 1100)";

#[async_trait]
impl StorageHealth for PgStore {
    async fn check(&self) -> Result<(), PortError> {
        let state = self.read_schema_state().await?;
        if state.serves_this_program() {
            Ok(())
        } else {
            Err(backend(format!("the schema {state}")))
        }
    }

    async fn check_space(&self) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let mut connection = transaction.connection();
        let written = async {
            transaction.begin().await?;
            connection.batch_execute(FILL_A_MEBIBYTE).await
        };
        let written = written.await.map_err(port_error);
        // The table goes with the transaction, either way.
        transaction.finish(written).await
    }

    fn connection_use(&self) -> ConnectionUse {
        self.pool_use()
    }
}
