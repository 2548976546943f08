//! The keys that sign proofs.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ports::{PortError, ProofKeys};
use otp_core::proof::{ProofKey, ProofKeyRotation};
use otp_rows::Col;
use otp_rows::rows::{ProofKeyRow, read_all};
use otp_rows::schema::proof_keys;

use crate::SqliteStore;

#[async_trait]
impl ProofKeys for SqliteStore {
    async fn list_proof_keys(&self) -> Result<Arc<[ProofKey]>, PortError> {
        self.read("db.proof_keys.list", |connection| {
            let rows: Vec<ProofKeyRow> = proof_keys::table
                .order(proof_keys::number)
                .select(ProofKeyRow::as_select())
                .load(connection)?;
            let keys: Vec<ProofKey> = read_all(rows)?;
            Ok(keys.into())
        })
        .await
    }

    async fn rotate_proof_keys(&self, rotation: &ProofKeyRotation) -> Result<bool, PortError> {
        let rotation = rotation.clone();
        self.write("db.proof_keys.rotate", move |connection| {
            let added = diesel::insert_into(proof_keys::table)
                .values(ProofKeyRow::from(&rotation.added))
                .on_conflict(proof_keys::number)
                .do_nothing()
                .execute(connection)?;
            if added == 0 {
                return Ok(false);
            }
            for key in rotation.ended {
                diesel::update(proof_keys::table.find(Col(key.id)))
                    .set((
                        proof_keys::retired_at.eq(Col(key.retired_at)),
                        proof_keys::revoked_at.eq(Col(key.revoked_at)),
                    ))
                    .execute(connection)?;
            }
            let forgotten = rotation.forgotten.into_iter().map(Col);
            diesel::delete(proof_keys::table.filter(proof_keys::id.eq_any(forgotten)))
                .execute(connection)?;
            Ok(true)
        })
        .await
    }
}
