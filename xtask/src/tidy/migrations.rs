//! Every migration exists for both stores under the same name, and can be reverted. One that comes
//! after the initial one follows `migrations/README.md`: on PostgreSQL it creates an index
//! concurrently, and it records the oldest program it serves if it drops a table or a column.

use std::collections::BTreeSet;

use super::Finding;
use super::source::Source;

const STORES: [&str; 2] = ["postgres", "sqlite"];

pub(super) fn check(files: &[Source]) -> Vec<Finding> {
    let names: BTreeSet<&str> = files.iter().filter_map(name).collect();
    let mut findings = Vec::new();
    for name in &names {
        for store in STORES {
            for direction in ["up", "down"] {
                let path = format!("migrations/{store}/{name}/{direction}.sql");
                if !files.iter().any(|file| file.path == path) {
                    findings.push(Finding::file(path, "is missing"));
                }
            }
        }
    }
    for name in names.iter().skip(1) {
        let folder = format!("migrations/postgres/{name}");
        let text = |file: &str| {
            let path = format!("{folder}/{file}");
            let found = files.iter().find(|source| source.path == path);
            found.map_or("", |source| source.text.as_str())
        };
        let up = statements(text("up.sql"));
        let faults = [
            index_fault(&up, text("metadata.toml")),
            contraction_fault(&up),
        ];
        let path = format!("{folder}/up.sql");
        let faults = faults.into_iter().flatten();
        findings.extend(faults.map(|fault| Finding::file(&path, fault)));
    }
    findings
}

/// The name of a migration: the folder in the folder of its store.
fn name(file: &Source) -> Option<&str> {
    let (_store, rest) = file.path.strip_prefix("migrations/")?.split_once('/')?;
    rest.split_once('/').map(|(name, _file)| name)
}

/// The statements in capitals, without comments and with single spaces.
fn statements(sql: &str) -> Vec<String> {
    let code = sql.lines().filter_map(|line| line.split("--").next());
    let code = code.flat_map(str::split_whitespace).collect::<Vec<_>>();
    let code = code.join(" ").to_uppercase();
    let statements = code.split(';').map(|statement| statement.trim().to_owned());
    statements.filter(|text| !text.is_empty()).collect()
}

/// Checks how the migration creates indexes. The index of a table that the migration itself creates is
/// exempt, because no program uses the table yet.
fn index_fault(up: &[String], metadata: &str) -> Option<&'static str> {
    let creates = |statement: &&String| {
        let mut words = statement.split(' ').filter(|word| *word != "UNIQUE");
        words.next() == Some("CREATE") && words.next() == Some("INDEX")
    };
    let is_of_new_table = |statement: &&String| {
        let table = statement.split(" ON ").nth(1);
        let table = table.and_then(|rest| rest.split([' ', '(']).next());
        table.is_some_and(|table| {
            let create = format!("CREATE TABLE {table} ");
            up.iter().any(|other| other.starts_with(&create))
        })
    };
    let mut indexes = up.iter().filter(creates);
    let index = indexes.find(|index| !is_of_new_table(index))?;
    let is_concurrent = index.contains("INDEX CONCURRENTLY ");
    let outside_transaction = metadata
        .lines()
        .any(|line| line.replace(' ', "") == "run_in_transaction=false");
    if !is_concurrent || !outside_transaction {
        Some(
            "CREATE INDEX blocks every writer of the table: say CONCURRENTLY, and \
             `run_in_transaction = false` in metadata.toml",
        )
    } else if up.len() > 1 {
        Some("CREATE INDEX CONCURRENTLY has to be the only statement of its migration")
    } else if index.contains("IF NOT EXISTS") {
        Some("IF NOT EXISTS accepts the invalid index that a failed attempt leaves behind")
    } else {
        None
    }
}

/// Checks that a migration which drops a table or a column records the programs it serves.
fn contraction_fault(up: &[String]) -> Option<&'static str> {
    let drops = |text: &String| text.contains("DROP TABLE") || text.contains("DROP COLUMN");
    let records = |text: &String| text.starts_with("UPDATE SCHEMA_SUPPORT ");
    let is_unrecorded = up.iter().any(drops) && !up.iter().any(records);
    is_unrecorded.then_some(
        "drops a table or a column without recording the oldest program it serves in schema_support",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(files: &[&str]) -> Vec<String> {
        let files: Vec<_> = files
            .iter()
            .map(|path| Source::new(&format!("migrations/{path}"), ""))
            .collect();
        check(&files)
            .into_iter()
            .map(|finding| finding.path)
            .collect()
    }

    #[test]
    fn a_migration_needs_both_stores_and_both_directions() {
        let both = ["postgres/1_a/up.sql", "postgres/1_a/down.sql"];
        let all = [both[0], both[1], "sqlite/1_a/up.sql", "sqlite/1_a/down.sql"];
        assert_eq!(paths(&all), [""; 0]);
        assert_eq!(paths(&all[..3]), ["migrations/sqlite/1_a/down.sql"]);
        assert_eq!(paths(&both).len(), 2);
        assert_eq!(paths(&["README.md"]), [""; 0]);
    }

    /// Checks a second migration; the expected text is part of the finding, if there is one.
    #[track_caller]
    fn check_second(up: &str, metadata: &str, expected: Option<&str>) {
        let mut files = Vec::new();
        for store in STORES {
            for (name, text) in [
                ("1_a", "CREATE TABLE a (x text); CREATE INDEX i ON a (x);"),
                ("2_b", up),
            ] {
                let path = |file: &str| format!("migrations/{store}/{name}/{file}");
                files.push(Source::new(&path("up.sql"), text));
                files.push(Source::new(&path("down.sql"), ""));
            }
        }
        files.push(Source::new(
            "migrations/postgres/2_b/metadata.toml",
            metadata,
        ));
        let findings = check(&files);
        match (findings.as_slice(), expected) {
            ([], None) => {}
            ([finding], Some(words)) => {
                assert_eq!(finding.path, "migrations/postgres/2_b/up.sql");
                assert!(finding.message.contains(words), "{finding}");
            }
            (findings, expected) => panic!("{findings:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn an_index_is_created_concurrently_by_a_migration_of_its_own() {
        let outside = "run_in_transaction = false\n";
        let blocks = Some("blocks every writer");
        check_second("CREATE INDEX j ON a (x);", "", blocks);
        check_second("create unique index j\n  on a (x);", outside, blocks);
        check_second("CREATE INDEX CONCURRENTLY j ON a (x);", "", blocks);
        check_second(
            "-- why\nCREATE INDEX CONCURRENTLY j ON a (x);",
            outside,
            None,
        );
        let two = "CREATE INDEX CONCURRENTLY j ON a (x); SELECT 1;";
        check_second(two, outside, Some("only statement"));
        let lenient = "CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON a (x);";
        check_second(lenient, outside, Some("invalid index"));
        check_second(
            "CREATE TABLE b (x text); CREATE INDEX j ON b (x);",
            "",
            None,
        );
        check_second("ALTER TABLE a ADD COLUMN y text; -- CREATE INDEX", "", None);
    }

    #[test]
    fn a_migration_that_drops_something_records_the_oldest_program_it_serves() {
        let unrecorded = Some("oldest program");
        check_second("ALTER TABLE a DROP COLUMN x;", "", unrecorded);
        check_second("DROP TABLE a;", "", unrecorded);
        let record = "ALTER TABLE a DROP COLUMN x; UPDATE schema_support SET oldest_version = '1';";
        check_second(record, "", None);
    }
}
