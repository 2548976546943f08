//! The sources of settings: the defaults in the binary, a file, the environment.

mod environment;

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

use super::read::Purpose;
use super::{Settings, SettingsError};
use environment::Variables;

/// The defaults, and the documentation of every setting.
pub(crate) const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// The file that is read if it exists and no other is named.
const DEFAULT_FILE: &str = "otp.toml";

const PREFIX: &str = "OTP__";

/// The sources that settings are read from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file named on the command line.
    pub(crate) file: Option<PathBuf>,
    /// The environment's variables.
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Sources {
    /// Returns the file named on the command line, and this process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
    pub(crate) fn of_this_process(file: Option<PathBuf>) -> Self {
        // A name that is not Unicode cannot be a setting's, so its replacement does not matter.
        let variables = std::env::vars_os();
        let environment = variables.map(|(name, value)| (name.to_string_lossy().into(), value));
        Self {
            file,
            environment: environment.collect(),
        }
    }

    /// Returns these values, and no file.
    pub(crate) fn of_values<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let environment = values
            .into_iter()
            .map(|(key, value)| (variable(key), value.into()));
        Self {
            file: None,
            environment: environment.collect(),
        }
    }

    /// Reads and checks all settings, for a command.
    pub(crate) fn load(&self) -> Result<Settings, SettingsError> {
        self.load_with(self.file()?, Purpose::Command)
    }

    /// Reads and checks all settings, and what only a server needs: the master key and the certificate.
    pub(crate) fn load_for_serving(&self) -> Result<Settings, SettingsError> {
        self.load_with(self.file()?, Purpose::Serving)
    }

    /// Reads and checks all settings, without the file in the working directory.
    pub(crate) fn load_without_default_file(&self) -> Result<Settings, SettingsError> {
        self.load_with(None, Purpose::Command)
    }

    /// Returns the file that has the master key; `None` if a setting contains the key itself.
    pub(crate) fn master_key_file(&self) -> Option<PathBuf> {
        let name = format!("{}_FILE", variable("security.master_key"));
        let mut variables = self.environment.iter();
        let found = variables.find(|(other, _)| *other == name);
        found.map(|(_, path)| PathBuf::from(path))
    }

    fn load_with(
        &self,
        file: Option<(PathBuf, String)>,
        purpose: Purpose,
    ) -> Result<Settings, SettingsError> {
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some((_, text)) = &file {
            builder = builder.add_source(File::from_str(text, FileFormat::Toml));
        }
        let known = keys_of_defaults();
        let Variables {
            values,
            unread,
            mut faults,
        } = Variables::read(&self.environment, &known);
        builder = builder.add_source(
            Environment::with_prefix("OTP")
                .prefix_separator("__")
                .separator("__")
                .source(Some(values.clone())),
        );
        let merged = match builder.build() {
            Ok(merged) => merged,
            Err(error) => {
                faults.push(unreadable(file.as_ref(), &error));
                return Err(SettingsError(faults));
            }
        };
        let origins = Origins {
            file,
            environment: values,
            unread,
        };
        faults.extend(origins.unknown_keys(&known, &merged));
        super::read::settings(&merged, &origins, purpose, faults)
    }

    /// Returns the settings file and its text; `None` if there is none and none was named.
    fn file(&self) -> Result<Option<(PathBuf, String)>, SettingsError> {
        let path = self
            .file
            .clone()
            .unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path, text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.file.is_none() => {
                Ok(None)
            }
            Err(error) => Err(SettingsError::of(format!(
                "failed to read the settings file {}: {error}",
                path.display()
            ))),
        }
    }
}

fn unreadable(file: Option<&(PathBuf, String)>, error: &config::ConfigError) -> String {
    // The defaults are tested and the environment cannot be malformed, so the file is.
    let path = file.map_or(Path::new(DEFAULT_FILE), |(path, _)| path);
    let words = error.to_string();
    let why: Vec<_> = words
        .lines()
        .filter(|line| !quotes_the_file(line))
        .collect();
    let why = why.join(": ");
    format!("the settings file {}: {why}", path.display())
}

/// Whether a line of the parser's report quotes the file, as `3 | key = "…"` does: it may quote a secret,
/// and the number of the line suffices.
fn quotes_the_file(line: &str) -> bool {
    let after_the_number = line
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    after_the_number.trim_start().starts_with('|')
}

/// The places where keys were set, for error messages.
#[derive(Debug)]
pub(super) struct Origins {
    file: Option<(PathBuf, String)>,
    environment: HashMap<String, String>,
    /// Keys whose variable is set and could not be read.
    unread: BTreeSet<String>,
}

impl Origins {
    /// Returns `key` with its place: `http.bind (OTP__HTTP__BIND)` or `http.bind (otp.toml, line 3)`.
    pub(super) fn name(&self, key: &str) -> String {
        if self.is_in_environment(key) {
            return format!("{key} ({})", variable(key));
        }
        let from_file = self.file.as_ref().and_then(|(path, text)| {
            Some(format!(
                "{key} ({}, line {})",
                path.display(),
                line_of(text, key)?
            ))
        });
        from_file.unwrap_or_else(|| key.to_owned())
    }

    fn is_in_environment(&self, key: &str) -> bool {
        let variable = variable(key);
        let mut names = self.environment.keys();
        names.any(|name| name.eq_ignore_ascii_case(&variable))
    }

    /// Whether the variable of `key` is set and could not be read, which is a fault of its own.
    pub(super) fn is_unread(&self, key: &str) -> bool {
        self.unread.contains(key)
    }

    /// Returns a fault for each unknown key.
    fn unknown_keys(&self, known: &BTreeSet<String>, merged: &Config) -> Vec<String> {
        let mut found = BTreeSet::new();
        collect_keys("", &merged.cache, &mut found);
        let unknown = found.difference(known).map(|unknown| {
            let nearest = known
                .iter()
                .map(|known| (strsim::jaro_winkler(known, unknown), known))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .filter(|(likeness, _)| *likeness > 0.8)
                .map(|(_, known)| {
                    let known = if self.is_in_environment(unknown) {
                        format!("{known} ({})", variable(known))
                    } else {
                        known.clone()
                    };
                    format!("; did you mean {known}?")
                });
            let name = self.name(unknown);
            format!("unknown setting {name}{}", nearest.unwrap_or_default())
        });
        unknown.collect()
    }
}

/// Returns the environment variable of a key.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// Returns every key that exists.
pub(super) fn keys_of_defaults() -> BTreeSet<String> {
    let defaults = Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build();
    let mut keys = BTreeSet::new();
    if let Ok(defaults) = defaults {
        collect_keys("", &defaults.cache, &mut keys);
    }
    keys
}

/// Adds the dotted names of all values that are not tables.
fn collect_keys(prefix: &str, value: &Value, keys: &mut BTreeSet<String>) {
    match &value.kind {
        ValueKind::Table(table) => {
            for (name, value) in table {
                let name = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                collect_keys(&name, value, keys);
            }
        }
        ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::String(_)
        | ValueKind::Array(_) => {
            keys.insert(prefix.to_owned());
        }
    }
}

/// Returns the line of a TOML text that sets `key`, counted from 1.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let mut section = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            section = format!("{}.", name.trim());
        } else if let Some((name, _)) = line.split_once('=')
            && format!("{section}{}", name.trim()) == key
        {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests;
