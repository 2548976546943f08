//! The keyring: one key pair for the installation and one for each account, wrapped by the operator's
//! master key.
//!
//! Every pair is random, and only its wrapping is stored. So replacing the master key rewraps the keyring
//! and leaves every sealed row as it is, and deleting an account's key makes all data that it sealed
//! unreadable.

mod account_key;
mod data_key;
mod master_key;
mod wrapped_key;

pub use account_key::AccountKey;
pub(crate) use data_key::DataKey;
pub use master_key::{InvalidMasterKey, MasterKey, MasterKeys};
pub use wrapped_key::{KeyOwner, KeyringEntry, MasterKeyId, UnwrapError, WrappedKey};
