//! `cargo xtask tidy`: the house rules that no lint checks.
//!
//! A rule is a file here with a `check` over text, and a test with a good and a bad sample.
//! To add one, write the file and name it in [`findings`].

mod attributes;
mod circles;
mod clock;
mod decisions;
mod dependencies;
mod files;
mod lexer;
mod manifests;
mod migrations;
mod requirements;
mod rust_code;
mod source;
mod voice;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use crate::cargo::workspace;
use source::Tree;

/// The report to print.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Print the number of findings per rule and folder instead of each finding.
    #[arg(long)]
    summary: bool,
}

/// A violation of a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule, or a part of it, as the summary names it.
    topic: String,
    path: String,
    /// Counted from 1; `None` if the rule is about the whole file.
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            topic: String::new(),
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }

    fn line(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::file(path, message)
        }
    }

    /// Counts the finding under a topic of its own, not under the rule's name.
    fn about(self, topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            ..self
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Checks every rule, prints the findings, and fails if there are any.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tree = Tree::load(workspace()?)?;
    println!("{}", files::sizes(&tree.sources));
    let findings = findings(&tree);
    if options.summary {
        print!("{}", summary(&findings));
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} finding(s)"),
    }
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let texts = tree.sources.iter().chain(&tree.documents);
    let rules = [
        ("attributes", attributes::check(&tree.sources)),
        ("circles", circles::check(&tree.sources)),
        ("clock", clock::check(&tree.sources)),
        ("decisions", decisions::check(&tree.decisions)),
        ("dependencies", dependencies::check(&tree.packages)),
        ("files", files::check(&tree.sources)),
        (
            "manifests",
            manifests::check(&tree.root_manifest, &tree.packages),
        ),
        ("migrations", migrations::check(&tree.migrations)),
        (
            "requirements",
            requirements::check(&tree.sources, &tree.documents),
        ),
        ("voice", voice::check(texts)),
        ("words", words::check(&tree.sources)),
    ];
    let mut all = Vec::new();
    for (rule, findings) in rules {
        for finding in findings {
            let has_topic = !finding.topic.is_empty();
            all.push(if has_topic {
                finding
            } else {
                finding.about(rule)
            });
        }
    }
    all
}

/// The number of findings per folder, and per topic in each folder.
fn summary(findings: &[Finding]) -> String {
    let mut folders: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for finding in findings {
        let topics = folders.entry(folder(&finding.path)).or_default();
        *topics.entry(&finding.topic).or_default() += 1;
    }
    let mut lines = String::new();
    for (folder, topics) in folders {
        let total: usize = topics.values().sum();
        lines.push_str(&format!("{total:>5}  {folder}\n"));
        for (topic, count) in topics {
            lines.push_str(&format!("{count:>11}  {topic}\n"));
        }
    }
    lines
}

/// The crate of a file, or its top folder; a file in the root counts by itself.
fn folder(path: &str) -> &str {
    let depth = if path.starts_with("crates/") { 2 } else { 1 };
    path.match_indices('/')
        .nth(depth - 1)
        .map_or(path, |(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_topics_per_folder() {
        let finding = |path: &str, topic: &str| Finding::file(path, "x").about(topic);
        let findings = [
            finding("crates/a/src/b.rs", "files"),
            finding("crates/a/src/c.rs", "files"),
            finding("crates/a/src/c.rs", "clock"),
            finding("docs/adr/0001-a.md", "decisions"),
            finding("README.md", "files"),
        ];
        assert_eq!(
            summary(&findings),
            "    1  README.md\n          1  files\n    \
             3  crates/a\n          1  clock\n          2  files\n    \
             1  docs\n          1  decisions\n"
        );
    }
}
