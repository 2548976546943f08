//! The folder of the server's binaries: systems disagree, and most keep it out of `PATH`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::PostgresError;
use super::{BINARIES_VARIABLE, environment};

/// `folder/prefix*rest`, for the places that carry the version in their name.
const VERSIONED: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                  // Fedora and RHEL, from PostgreSQL's own packages
    ("/usr/lib", "postgresql", "bin"),          // openSUSE
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/opt/homebrew/opt", "postgresql", "bin"), // Homebrew
    ("/usr/local/opt", "postgresql", "bin"),    // Homebrew on Intel
    ("/opt/local/lib", "postgresql", "bin"),    // MacPorts
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The folder of `initdb` and `postgres`: the newest version of the first place that has any.
pub(super) fn find() -> Result<PathBuf, PostgresError> {
    if let Some(folder) = environment(BINARIES_VARIABLE) {
        let path = PathBuf::from(&folder);
        return if is_complete(&path) {
            Ok(path)
        } else {
            Err(PostgresError::WrongFolder { folder })
        };
    }
    let mut candidates: Vec<PathBuf> = pg_config().into_iter().collect();
    for (folder, prefix, rest) in VERSIONED {
        candidates.extend(newest_first(Path::new(folder), prefix, rest));
    }
    if let Some(path) = environment("PATH") {
        candidates.extend(std::env::split_paths(&path));
    }
    candidates
        .into_iter()
        .find(|folder| is_complete(folder))
        .ok_or_else(not_installed)
}

fn is_complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn not_installed() -> PostgresError {
    let versioned = VERSIONED.iter().map(|(folder, prefix, rest)| {
        let place = format!("{folder}/{prefix}*/{rest}");
        place.trim_end_matches('/').to_owned()
    });
    let searched = ["pg_config --bindir".to_owned()]
        .into_iter()
        .chain(versioned);
    PostgresError::NotInstalled {
        searched: searched.chain(["PATH".to_owned()]).collect(),
    }
}

/// `pg_config` comes with the client's headers too, so that its answer may name an empty place.
fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// The folders `folder/prefix<version>/rest`, by falling version.
fn newest_first(folder: &Path, prefix: &str, rest: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = version(&entry.file_name(), prefix)?;
            Some((version, entry.path().join(rest)))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The major version in a folder's name: 17 of `postgresql@17`, 0 of `latest` and the like.
fn version(name: &OsStr, prefix: &str) -> Option<u32> {
    let rest = name
        .to_str()?
        .strip_prefix(prefix)?
        .trim_start_matches(['@', '-']);
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(digits.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_each_systems_spelling() {
        for (name, prefix, expected) in [
            ("15", "", Some(15)),
            ("9.6", "", Some(9)),
            ("latest", "", Some(0)),
            ("pgsql-18", "pgsql-", Some(18)),
            ("postgresql@17", "postgresql", Some(17)),
            ("postgresql16", "postgresql", Some(16)),
            ("python3", "postgresql", None),
        ] {
            assert_eq!(version(OsStr::new(name), prefix), expected, "{name}");
        }
    }

    #[test]
    fn ten_is_newer_than_nine() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for version in ["9.6", "17", "10"] {
            fs::create_dir(folder.path().join(version)).expect("a folder in it");
        }
        let found = newest_first(folder.path(), "", "bin");
        let expected = ["17/bin", "10/bin", "9.6/bin"].map(|name| folder.path().join(name));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_folder_without_the_server_is_not_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("initdb"), "").expect("a file in it");
        assert!(!is_complete(folder.path()));
        fs::write(folder.path().join("postgres"), "").expect("a file in it");
        assert!(is_complete(folder.path()));
    }

    #[test]
    fn the_error_says_what_to_install() {
        let message = not_installed().to_string();
        for part in [
            "apt-get install postgresql",
            "dnf install",
            "brew install",
            "/usr/pgsql-*",
        ] {
            assert!(message.contains(part), "no {part:?} in:\n{message}");
        }
    }
}
