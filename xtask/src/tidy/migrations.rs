//! Every migration exists for both stores under the same name, and can be reverted.

use std::collections::BTreeSet;

use super::Finding;

const STORES: [&str; 2] = ["postgres", "sqlite"];

pub(super) fn check(files: &[String]) -> Vec<Finding> {
    let names: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.split('/').nth(1))
        .collect();
    let mut findings = Vec::new();
    for name in names {
        for store in STORES {
            for direction in ["up", "down"] {
                let file = format!("{store}/{name}/{direction}.sql");
                if !files.contains(&file) {
                    findings.push(Finding::file(format!("migrations/{file}"), "is missing"));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(files: &[&str]) -> Vec<String> {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        check(&files)
            .into_iter()
            .map(|finding| finding.path)
            .collect()
    }

    #[test]
    fn a_migration_needs_both_stores_and_both_directions() {
        let both = ["postgres/1_a/up.sql", "postgres/1_a/down.sql"];
        let all = [both[0], both[1], "sqlite/1_a/up.sql", "sqlite/1_a/down.sql"];
        assert_eq!(missing(&all), [""; 0]);
        assert_eq!(missing(&all[..3]), ["migrations/sqlite/1_a/down.sql"]);
        assert_eq!(missing(&both).len(), 2);
    }
}
