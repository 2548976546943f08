//! The use cases of administrative commands, one method each. No command calls a storage port by itself.

mod accounts;
mod consents;
mod credits;
mod keyring;
mod keys;
mod messages;
mod notices;
mod people;
mod proof_keys;
mod senders;
mod templates;
mod verifications;

use std::sync::Arc;

use otp_core::ports::{Clock, Randomness, Storage};
use otp_core::usecases::account_sealers::AccountSealers;

use crate::keyring::Keys;
use crate::output;
use crate::overrides::Overrides;
use crate::settings::{Settings, SettingsError, Sources};
use crate::store::{self, Store};

/// The global options of administrative commands.
#[derive(Clone, Copy)]
pub(crate) struct CommandOptions {
    /// Whether output is JSON.
    pub(crate) json: bool,
    /// Whether pending migrations are applied.
    pub(crate) may_migrate: bool,
}

/// An open store, and what administrative commands need beside it.
pub(crate) struct Administration {
    storage: Arc<dyn Storage>,
    /// `None` if no master key is set; only commands that touch personal data need one.
    keys: Option<Keys>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    settings: Settings,
    overrides: Overrides,
}

impl Administration {
    /// Starts the log, names the database, and opens it with its keyring.
    pub(super) async fn open(
        sources: &Sources,
        overrides: Overrides,
        options: CommandOptions,
    ) -> anyhow::Result<Self> {
        let settings = sources.load()?;
        crate::logging::start(&settings.log);
        output::name_database(&store::shown(&settings.database, &overrides)?, options.json);
        let opened = Store::open_for_command(&settings, &overrides, options.may_migrate);
        let (store, keys) = opened.await?;
        Ok(Self::new(store.ports(), keys, settings, overrides))
    }

    pub(crate) fn new(
        storage: Arc<dyn Storage>,
        keys: Option<Keys>,
        settings: Settings,
        overrides: Overrides,
    ) -> Self {
        Self {
            storage,
            keys,
            clock: overrides.clock(),
            randomness: overrides.randomness(),
            settings,
            overrides,
        }
    }

    /// Returns the keys, or fails if no master key is set.
    fn keys(&self) -> Result<&Keys, SettingsError> {
        self.keys.as_ref().ok_or_else(SettingsError::no_master_key)
    }

    fn sealers(&self) -> anyhow::Result<AccountSealers> {
        Ok(self.keys()?.sealers(self.storage.clone()))
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    fn randomness(&self) -> Arc<dyn Randomness> {
        Arc::clone(&self.randomness)
    }
}
