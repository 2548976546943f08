//! Where settings come from: the defaults in the binary, a file, the environment.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

use super::{Settings, SettingsError};

/// The defaults, and the documentation of every setting.
pub(crate) const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// Read if it is there and no other file is named.
const DEFAULT_FILE: &str = "otp.toml";

const PREFIX: &str = "OTP__";
const FROM_FILE: &str = "_FILE";

/// What settings are read from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file named on the command line.
    pub(crate) file: Option<PathBuf>,
    /// The environment's variables.
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Sources {
    /// The file named on the command line, and this process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
    pub(crate) fn of_this_process(file: Option<PathBuf>) -> Self {
        // A name that is not Unicode is no setting's, whatever is put in the place of what is not.
        let variables = std::env::vars_os();
        let environment = variables.map(|(name, value)| (name.to_string_lossy().into(), value));
        Self {
            file,
            environment: environment.collect(),
        }
    }

    /// Reads and judges all settings.
    pub(crate) fn load(&self) -> Result<Settings, SettingsError> {
        self.load_with(self.file()?)
    }

    /// The same, but what lies in the working directory is not looked at.
    pub(crate) fn load_without_default_file(&self) -> Result<Settings, SettingsError> {
        self.load_with(None)
    }

    fn load_with(&self, file: Option<(PathBuf, String)>) -> Result<Settings, SettingsError> {
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some((_, text)) = &file {
            builder = builder.add_source(File::from_str(text, FileFormat::Toml));
        }
        let environment = self.environment()?;
        builder = builder.add_source(
            Environment::with_prefix("OTP")
                .prefix_separator("__")
                .separator("__")
                .source(Some(environment.clone())),
        );
        let merged = builder
            .build()
            .map_err(|error| self.unreadable(file.as_ref(), &error))?;
        let origins = Origins { file, environment };
        origins.refuse_unknown_keys(&merged)?;
        super::read::settings(&merged, &origins)
    }

    /// The settings file and its text; none where there is none and none was named.
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
            Err(error) => Err(SettingsError(format!(
                "the settings file {} cannot be read: {error}",
                path.display()
            ))),
        }
    }

    /// The variables with our prefix; each `…_FILE` replaced by what its file holds.
    fn environment(&self) -> Result<HashMap<String, String>, SettingsError> {
        let ours = self
            .environment
            .iter()
            .filter(|(name, _)| name.starts_with(PREFIX));
        let mut found = HashMap::new();
        for (name, value) in ours {
            let Some(plain) = name.strip_suffix(FROM_FILE) else {
                let text = value.to_str().ok_or_else(|| {
                    SettingsError(format!("{name}: the value is not text in UTF-8"))
                })?;
                found.insert(name.clone(), text.to_owned());
                continue;
            };
            if self.environment.iter().any(|(other, _)| other == plain) {
                return Err(SettingsError(format!(
                    "both {plain} and {name} are set; keep one"
                )));
            }
            // The file is not named: it may be the secret itself, given here by mistake.
            let text = std::fs::read_to_string(value).map_err(|error| {
                SettingsError(format!("{name}: the file it names cannot be read: {error}"))
            })?;
            found.insert(
                plain.to_owned(),
                text.trim_end_matches(['\r', '\n']).to_owned(),
            );
        }
        Ok(found)
    }

    fn unreadable(
        &self,
        file: Option<&(PathBuf, String)>,
        error: &config::ConfigError,
    ) -> SettingsError {
        // The defaults are tested and the environment cannot be malformed, so it is the file.
        let path = file.map_or(Path::new(DEFAULT_FILE), |(path, _)| path);
        let words = error.to_string();
        let why: Vec<_> = words
            .lines()
            .filter(|line| !quotes_the_file(line))
            .collect();
        let why = why.join(": ");
        SettingsError(format!("the settings file {}: {why}", path.display()))
    }
}

/// Whether a line of the parser's report shows what stands in the file, as `3 | key = "…"` does: that may
/// be a secret, and the line's number says enough.
fn quotes_the_file(line: &str) -> bool {
    let behind_the_number = line
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    behind_the_number.trim_start().starts_with('|')
}

/// Tells where a key was set, for error messages.
#[derive(Debug)]
pub(super) struct Origins {
    file: Option<(PathBuf, String)>,
    environment: HashMap<String, String>,
}

impl Origins {
    /// `key` with where it was set last: `http.bind (OTP__HTTP__BIND)`, `http.bind (otp.toml, line 3)`.
    pub(super) fn name(&self, key: &str) -> String {
        let variable = format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"));
        if self
            .environment
            .keys()
            .any(|name| name.eq_ignore_ascii_case(&variable))
        {
            return format!("{key} ({variable})");
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

    fn refuse_unknown_keys(&self, merged: &Config) -> Result<(), SettingsError> {
        let known = keys_of_defaults();
        let mut found = BTreeSet::new();
        collect_keys("", &merged.cache, &mut found);
        let Some(unknown) = found.difference(&known).next() else {
            return Ok(());
        };
        let nearest = known
            .iter()
            .map(|known| (strsim::jaro_winkler(known, unknown), known))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness > 0.8)
            .map(|(_, known)| format!("; did you mean {known}?"));
        let name = self.name(unknown);
        Err(SettingsError(format!(
            "unknown setting {name}{}",
            nearest.unwrap_or_default()
        )))
    }
}

/// All keys there are.
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

/// The line of a TOML text that sets `key`, counted from 1.
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
