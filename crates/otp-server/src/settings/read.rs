//! Parses merged settings, key by key. A fault is recorded, and reading goes on, so that all faults are
//! reported at once. A reader returns `None` if it recorded a fault.

mod sections;
mod values;

use std::cell::RefCell;
use std::fmt::Display;

use config::{Config, ConfigError};

use super::sources::Origins;
use super::{Settings, SettingsError};

/// The reader of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A command, which may run without a master key and does not read certificates.
    Command,
    /// A server.
    Serving,
}

/// Parses all settings. The faults of their sources come first in the error.
pub(super) fn settings(
    merged: &Config,
    origins: &Origins,
    purpose: Purpose,
    faults: Vec<String>,
) -> Result<Settings, SettingsError> {
    let keys = Keys {
        merged,
        origins,
        purpose,
        faults: RefCell::new(faults),
    };
    let settings = keys.settings();
    let faults = keys.faults.into_inner();
    match settings {
        Some(settings) if faults.is_empty() => Ok(settings),
        Some(_) | None => Err(SettingsError(faults)),
    }
}

/// The keys of merged settings, and the faults found so far.
pub(super) struct Keys<'a> {
    merged: &'a Config,
    origins: &'a Origins,
    purpose: Purpose,
    faults: RefCell<Vec<String>>,
}

impl Keys<'_> {
    fn settings(&self) -> Option<Settings> {
        // All sections are read before one of them is required.
        let (database, http, whatsapp) = (self.database(), self.http(), self.whatsapp());
        let (messages, mail, rules) = (self.messages(), self.mail(), self.new_account_rules());
        let (verification, webhooks) = (self.verification(), self.webhooks());
        let (dashboard, accounts) = (self.dashboard(), self.accounts());
        let (master_keys, rate_limit) = (self.master_keys(), self.rate_limit());
        let (log, tracing) = (self.log(), self.tracing());
        self.check_order("whatsapp.connect_timeout", "whatsapp.timeout");
        self.check_order("whatsapp.timeout", "messages.request_deadline");
        Some(Settings {
            database: database?,
            http: http?,
            whatsapp: whatsapp?,
            messages: messages?,
            verification: verification?,
            mail: mail?,
            new_account_rules: rules?,
            webhooks: webhooks?,
            dashboard: dashboard?,
            accounts: accounts?,
            master_keys: master_keys?,
            rate_limit: rate_limit?,
            log: log?,
            tracing: tracing?,
        })
    }

    /// Records a fault of `key`.
    pub(super) fn fault(&self, key: &str, why: &dyn Display) {
        self.record(format!("{}: {why}", self.origins.name(key)));
    }

    fn record(&self, fault: String) {
        self.faults.borrow_mut().push(fault);
    }

    /// Returns the text of `key`, without a fault if another one explains why there is none: its file could
    /// not be read, or an unknown setting took the place of its section.
    fn text(&self, key: &str) -> Option<String> {
        if self.origins.is_unread(key) {
            return None;
        }
        match self.merged.get_string(key) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(ConfigError::NotFound(_)) => None,
            Err(_) => {
                self.fault(key, &"write a single value");
                None
            }
        }
    }

    /// Parses the value of `key`. An error does not quote the value: it may be a secret.
    pub(super) fn parse<T, E: Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(&self.text(key)?);
        parsed.map_err(|why| self.fault(key, &why)).ok()
    }

    /// Parses the value of `key`; an empty text means "not set".
    pub(super) fn optional<T, E: Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.parse(key, |text| {
            if text.is_empty() {
                Ok(None)
            } else {
                parse(text).map(Some)
            }
        })
    }

    /// Reads a list; in the environment its parts are separated by commas.
    fn list(&self, key: &str) -> Option<Vec<String>> {
        if let Ok(parts) = self.merged.get::<Vec<String>>(key) {
            return Some(parts);
        }
        let text = self.text(key)?;
        let parts = text.split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        Some(parts.map(str::to_owned).collect())
    }

    /// Returns both values or neither; one without the other is a fault.
    pub(super) fn both<A, B>(
        &self,
        (a_key, a): (&str, Option<Option<A>>),
        (b_key, b): (&str, Option<Option<B>>),
    ) -> Option<Option<(A, B)>> {
        let (missing, present) = match (a?, b?) {
            (Some(a), Some(b)) => return Some(Some((a, b))),
            (None, None) => return Some(None),
            (Some(_), None) => (b_key, a_key),
            (None, Some(_)) => (a_key, b_key),
        };
        self.fault(missing, &format!("required if {present} is set"));
        None
    }

    /// Checks that one duration is not longer than the other, if both can be read.
    fn check_order(&self, shorter: &str, longer: &str) {
        let read = |key| {
            let text = self.merged.get_string(key).ok()?;
            values::positive(text.trim()).ok()
        };
        if let (Some(short), Some(long)) = (read(shorter), read(longer))
            && short > long
        {
            self.fault(shorter, &format!("must not be longer than {longer}"));
        }
    }
}
