//! The keys that sign proofs.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ports::{PortError, ProofKeys};
use otp_core::proof::{ProofKey, ProofKeyRotation};
use otp_rows::Col;
use otp_rows::rows::{ProofKeyRow, read_all};
use otp_rows::schema::proof_keys;

use crate::PgStore;
use crate::errors::port_error;
use crate::transaction::Transaction;

#[async_trait]
impl ProofKeys for PgStore {
    async fn list_proof_keys(&self) -> Result<Arc<[ProofKey]>, PortError> {
        let rows: Vec<ProofKeyRow> = proof_keys::table
            .order(proof_keys::number)
            .select(ProofKeyRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        let keys: Vec<ProofKey> = read_all(rows)?;
        Ok(keys.into())
    }

    async fn rotate_proof_keys(&self, rotation: &ProofKeyRotation) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        transaction.begin().await.map_err(port_error)?;
        let done = rotate(&transaction, rotation).await.map_err(port_error);
        transaction.finish(done).await
    }
}

/// Of two rotations that add the same number, the second waits here for the end of the first.
async fn rotate(transaction: &Transaction, rotation: &ProofKeyRotation) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let added = diesel::insert_into(proof_keys::table)
        .values(ProofKeyRow::from(&rotation.added))
        .on_conflict(proof_keys::number)
        .do_nothing()
        .execute(&mut connection)
        .await?;
    if added == 0 {
        return Ok(false);
    }
    for key in &rotation.ended {
        diesel::update(proof_keys::table.find(Col(key.id)))
            .set((
                proof_keys::retired_at.eq(Col(key.retired_at)),
                proof_keys::revoked_at.eq(Col(key.revoked_at)),
            ))
            .execute(&mut connection)
            .await?;
    }
    let forgotten = rotation.forgotten.iter().copied().map(Col);
    diesel::delete(proof_keys::table.filter(proof_keys::id.eq_any(forgotten)))
        .execute(&mut connection)
        .await?;
    Ok(true)
}
