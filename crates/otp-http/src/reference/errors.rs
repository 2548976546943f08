//! The error codes of all operations, as the page lists them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::prose;

/// A code. Problems refer to its place on the page.
pub(super) struct ErrorEntry {
    pub(super) code: String,
    /// The statuses of its answers.
    pub(super) statuses: String,
    /// Its meaning, as HTML.
    pub(super) description: String,
}

/// Returns every code that an operation has an example of, by name.
pub(super) fn errors(document: &Value) -> Vec<ErrorEntry> {
    let mut found: BTreeMap<&str, (BTreeSet<&str>, &Value)> = BTreeMap::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, methods)| methods.as_object().into_iter().flatten());
    for (_, operation) in operations {
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let examples = &response["content"]["application/json"]["examples"];
            for (code, example) in examples.as_object().into_iter().flatten() {
                let (statuses, _) = found
                    .entry(code)
                    .or_insert_with(|| (BTreeSet::new(), &example["summary"]));
                statuses.insert(status);
            }
        }
    }
    let entries = found
        .into_iter()
        .map(|(code, (statuses, summary))| ErrorEntry {
            code: code.to_owned(),
            statuses: Vec::from_iter(statuses).join(", "),
            description: prose::inline(summary.as_str()),
        });
    entries.collect()
}
