//! The keyring.

use diesel::prelude::*;
use otp_core::keyring::{KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};

use crate::Col;
use crate::schema::keyring;

/// A wrapped key. The id of its master key is part of it; the column lets the ids be listed.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = keyring)]
pub struct KeyringRow {
    owner_id: Col<KeyOwner>,
    key: Col<WrappedKey>,
    master_key_id: Col<MasterKeyId>,
}

impl KeyringRow {
    /// The row of a key.
    pub fn new(owner: KeyOwner, key: &WrappedKey) -> Self {
        Self {
            owner_id: Col(owner),
            key: Col(key.clone()),
            master_key_id: Col(master_key_id(key)),
        }
    }
}

impl From<KeyringRow> for KeyringEntry {
    fn from(row: KeyringRow) -> Self {
        Self {
            owner: row.owner_id.0,
            key: row.key.0,
        }
    }
}

/// The id of the master key that wrapped a key. A key too short to have one is kept under zeros, which
/// no configured master key opens either.
pub fn master_key_id(key: &WrappedKey) -> MasterKeyId {
    key.master_key_id().unwrap_or(MasterKeyId([0; 4]))
}
