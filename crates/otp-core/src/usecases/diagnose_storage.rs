//! Diagnose the storage: its schema, its durability, its keyring.

use std::sync::Arc;

use crate::doctor::{Check, Finding, storage};
use crate::keyring::MasterKeys;
use crate::ports::{Keyring, Schema, StorageDurability};
use crate::usecases::check_keyring::{CheckKeyring, KeyState};

/// Diagnoses an open storage.
#[derive(Clone)]
pub struct DiagnoseStorage {
    /// Compares the schema.
    pub schema: Arc<dyn Schema>,
    /// Reports the settings of the storage.
    pub durability: Arc<dyn StorageDurability>,
    /// The wrapped keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens them.
    pub master_keys: Arc<MasterKeys>,
}

/// The findings about a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageDiagnosis {
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Whether what is stored can be read: the schema serves this program and the keys open.
    pub is_readable: bool,
}

impl DiagnoseStorage {
    /// Checks everything that can be checked. Nothing is changed.
    pub async fn execute(&self) -> StorageDiagnosis {
        let mut findings = vec![Finding::ok(Check::Database, "it can be reached")];
        match self.durability.durability_settings().await {
            Ok(settings) => findings.extend(storage::judge_durability(&settings)),
            Err(error) => findings.push(unread(Check::Durability, &error)),
        }
        let schema = self.schema.state().await;
        let serves = schema
            .as_ref()
            .is_ok_and(|state| state.serves_this_program());
        findings.push(match schema {
            Ok(state) => storage::judge_schema(state),
            Err(error) => unread(Check::Migrations, &error),
        });
        let mut is_readable = serves;
        // On another schema, the tables may not be there.
        if serves {
            let keyring = self.check_keyring().await;
            is_readable = !keyring.verdict.is_problem();
            findings.push(keyring);
        }
        StorageDiagnosis {
            findings,
            is_readable,
        }
    }

    async fn check_keyring(&self) -> Finding {
        let check = CheckKeyring {
            keyring: Arc::clone(&self.keyring),
            master_keys: Arc::clone(&self.master_keys),
        };
        let keys = match check.execute().await {
            Ok(keys) => keys,
            Err(error) => return unread(Check::Keyring, &error),
        };
        let (mut current, mut previous, mut unreadable) = (0, 0, 0);
        for key in keys {
            match key.state {
                KeyState::Current => current += 1,
                KeyState::Previous => previous += 1,
                KeyState::Unreadable(_) => unreadable += 1,
            }
        }
        storage::judge_keyring(current, previous, unreadable)
    }
}

fn unread(check: Check, error: &dyn std::error::Error) -> Finding {
    let remedy = "repeat the command; if it stays, see the log of the database";
    Finding::problem(check, format!("it could not be read: {error}"), remedy)
}
