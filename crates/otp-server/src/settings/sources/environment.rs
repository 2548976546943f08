//! The environment's variables: those that are settings, and those that nearly are.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};

use super::{PREFIX, variable};

const FROM_FILE: &str = "_FILE";

/// The settings in the environment.
#[derive(Default)]
pub(super) struct Variables {
    /// The values, by the variable that has the value itself.
    pub(super) values: HashMap<String, String>,
    /// The keys whose variable could not be read.
    pub(super) unread: BTreeSet<String>,
    /// The faults of variables, one sentence each.
    pub(super) faults: Vec<String>,
}

impl Variables {
    /// Reads the variables with our prefix, and replaces each `…_FILE` by the content of its file.
    pub(super) fn read(environment: &[(String, OsString)], known: &BTreeSet<String>) -> Self {
        let names = Names::of(known);
        let mut read = Self::default();
        for (name, value) in environment {
            if let Some(meant) = names.nearly(name) {
                read.faults
                    .push(format!("{name} is not a setting; did you mean {meant}?"));
            } else if name.starts_with(PREFIX) {
                match value_of(name, value, environment) {
                    Ok((plain, value)) => drop(read.values.insert(plain.to_owned(), value)),
                    Err(fault) => {
                        read.faults.push(fault);
                        let plain = name.strip_suffix(FROM_FILE).unwrap_or(name);
                        read.unread.extend(names.key(plain).map(str::to_owned));
                    }
                }
            }
        }
        read.faults.sort_unstable();
        read
    }
}

/// Returns the variable that has the value itself, and the value.
fn value_of<'a>(
    name: &'a str,
    value: &OsStr,
    environment: &[(String, OsString)],
) -> Result<(&'a str, String), String> {
    let Some(plain) = name.strip_suffix(FROM_FILE) else {
        let text = value.to_str();
        let text = text.ok_or_else(|| format!("{name}: the value is not text in UTF-8"))?;
        return Ok((name, text.to_owned()));
    };
    if environment.iter().any(|(other, _)| other == plain) {
        return Err(format!("both {plain} and {name} are set; keep one"));
    }
    // The path is not shown: it may be the secret itself, given here by mistake.
    let text = std::fs::read_to_string(value)
        .map_err(|error| format!("{name}: failed to read the file it names: {error}"))?;
    Ok((plain, text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The variables of all settings.
struct Names<'a> {
    by_variable: HashMap<String, &'a str>,
    /// By their letters.
    by_letters: HashMap<String, String>,
}

impl<'a> Names<'a> {
    fn of(known: &'a BTreeSet<String>) -> Self {
        let mut names = Self {
            by_variable: HashMap::new(),
            by_letters: HashMap::new(),
        };
        for key in known {
            let plain = variable(key);
            let from_file = format!("{plain}{FROM_FILE}");
            names.by_letters.insert(letters(&plain), plain.clone());
            names.by_letters.insert(letters(&from_file), from_file);
            names.by_variable.insert(plain, key);
        }
        names
    }

    /// Returns the key of a variable. Case does not matter after the prefix.
    fn key(&self, plain: &str) -> Option<&'a str> {
        self.by_variable.get(&plain.to_uppercase()).copied()
    }

    /// Returns the variable that `name` differs from in underscores or case only, so that it would be
    /// ignored or name another key.
    fn nearly(&self, name: &str) -> Option<&str> {
        let plain = name.strip_suffix(FROM_FILE).unwrap_or(name);
        if name.starts_with(PREFIX) && self.key(plain).is_some() {
            return None;
        }
        self.by_letters.get(&letters(name)).map(String::as_str)
    }
}

/// Returns the letters and digits of a name, in capitals.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}
