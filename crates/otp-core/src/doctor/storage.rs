//! The database: whether its schema serves this program, and whether it keeps what it has committed.

use crate::doctor::{Check, Finding};
use crate::ports::{SchemaState, StorageSetting};

/// The settings that decide whether a commit survives a crash, the values that are safe, and the remedy.
const SAFE: [(&str, &[&str], &str); 5] = [
    (
        "fsync",
        &["on"],
        "set fsync = on in postgresql.conf, and restart PostgreSQL",
    ),
    (
        "full_page_writes",
        &["on"],
        "set full_page_writes = on in postgresql.conf, and reload PostgreSQL",
    ),
    (
        "synchronous_commit",
        &["on", "local", "remote_write", "remote_apply"],
        "set synchronous_commit = on in postgresql.conf, and for the role and the database of database.url",
    ),
    (
        "journal_mode",
        &["wal"],
        "keep the database on a local file system: it allows a write-ahead log",
    ),
    // FULL and EXTRA.
    (
        "synchronous",
        &["2", "3"],
        "report it: otp-server sets it to FULL on every connection",
    ),
];

/// Judges a database that could not be reached.
pub fn judge_unreached(cause: &str) -> Finding {
    Finding::problem(
        Check::Database,
        cause,
        "repeat the command when database.url can be reached: nothing that is stored was checked",
    )
}

/// Judges the schema.
pub fn judge_schema(state: SchemaState) -> Finding {
    let found = format!("the schema {state}");
    match state {
        SchemaState::UpToDate => Finding::ok(Check::Migrations, found),
        SchemaState::Ahead => {
            let remedy = "install the version that migrated it on every machine";
            Finding::warning(Check::Migrations, found, remedy)
        }
        SchemaState::Behind { serves: true, .. } => {
            let remedy = "run `otp-server migrate` when all servers have this version";
            Finding::warning(Check::Migrations, found, remedy)
        }
        SchemaState::Behind { serves: false, .. } | SchemaState::Empty => {
            Finding::problem(Check::Migrations, found, "run `otp-server migrate`")
        }
        SchemaState::TooNew => {
            Finding::problem(Check::Migrations, found, "install a newer otp-server")
        }
    }
}

/// Judges the settings of the database: one finding for each that is not safe, or one for all.
pub fn judge_durability(settings: &[StorageSetting]) -> Vec<Finding> {
    let unsafe_ones: Vec<_> = settings.iter().filter_map(judge_setting).collect();
    if !unsafe_ones.is_empty() {
        return unsafe_ones;
    }
    let named = settings
        .iter()
        .map(|setting| format!("{} = {}", setting.name, setting.value));
    let named: Vec<_> = named.collect();
    let found = match named.as_slice() {
        [] => "this store has no settings of durability".to_owned(),
        named => format!(
            "what is committed survives a power cut ({})",
            named.join(", ")
        ),
    };
    vec![Finding::ok(Check::Durability, found)]
}

fn judge_setting(setting: &StorageSetting) -> Option<Finding> {
    let (name, value) = (setting.name.as_str(), setting.value.as_str());
    let (_, safe, remedy) = SAFE.iter().find(|(known, ..)| *known == name)?;
    let found = format!("{name} is {value}: a crash or a power cut can lose what was acknowledged");
    (!safe.contains(&value)).then(|| Finding::problem(Check::Durability, found, *remedy))
}

/// Judges the keys of the keyring, counted by the master key that opens them.
pub fn judge_keyring(current: usize, previous: usize, unreadable: usize) -> Finding {
    if unreadable > 0 {
        Finding::problem(
            Check::Keyring,
            format!("no configured master key opens {unreadable} of the keys"),
            "configure the right master key; `otp-server keyring check` names the keys",
        )
    } else if previous > 0 {
        Finding::warning(
            Check::Keyring,
            format!("only a previous master key opens {previous} of the keys"),
            "run `otp-server keyring rotate`",
        )
    } else {
        Finding::ok(
            Check::Keyring,
            format!("the master key opens every key ({current})"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_the_schema_has_a_verdict() {
        let behind = |serves| SchemaState::Behind { pending: 2, serves };
        for (state, expected) in [
            (SchemaState::UpToDate, "ok"),
            (SchemaState::Ahead, "warning"),
            (behind(true), "warning"),
            (behind(false), "problem"),
            (SchemaState::Empty, "problem"),
            (SchemaState::TooNew, "problem"),
        ] {
            assert_eq!(judge_schema(state).verdict.as_str(), expected, "{state}");
        }
    }

    #[test]
    fn each_setting_that_loses_commits_is_a_problem_of_its_own() {
        let setting = |name: &str, value: &str| StorageSetting {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        for (name, safe, others) in [
            ("fsync", &["on"][..], &["off"][..]),
            ("full_page_writes", &["on"], &["off"]),
            (
                "synchronous_commit",
                &["on", "local", "remote_write", "remote_apply"],
                &["off"],
            ),
            ("journal_mode", &["wal"], &["delete", "memory", "off"]),
            ("synchronous", &["2", "3"], &["0", "1"]),
        ] {
            for value in safe {
                let found = judge_durability(&[setting(name, value)]);
                assert_eq!(found.len(), 1);
                assert_eq!(found[0].verdict.as_str(), "ok", "{name} {value}");
            }
            for value in others {
                let found = judge_durability(&[setting("fsync", "on"), setting(name, value)]);
                assert_eq!(found.len(), 1, "{name} {value}");
                assert!(found[0].verdict.is_problem(), "{name} {value}");
            }
        }
        let both = [setting("fsync", "off"), setting("full_page_writes", "off")];
        assert_eq!(judge_durability(&both).len(), 2);
        assert_eq!(judge_durability(&[])[0].verdict.as_str(), "ok");
    }

    #[test]
    fn a_key_that_does_not_open_is_worse_than_one_to_rotate() {
        for (current, previous, unreadable, expected) in
            [(3, 0, 0, "ok"), (2, 1, 0, "warning"), (1, 1, 1, "problem")]
        {
            let finding = judge_keyring(current, previous, unreadable);
            assert_eq!(finding.verdict.as_str(), expected);
        }
    }
}
