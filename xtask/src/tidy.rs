//! `cargo xtask tidy`: the house rules that no lint knows.
//!
//! A rule is a file here with a `check` over text, and a test with a good and a bad sample.
//! To add one: write the file, and name it in [`findings`].

mod attributes;
mod clock;
mod decisions;
mod dependencies;
mod files;
mod manifests;
mod migrations;
mod source;
mod words;

use std::fmt;

use anyhow::{Result, bail};

use crate::cargo::workspace;
use source::Tree;

/// A place where a rule is not kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1, where the rule is about a line.
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }

    fn line(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: Some(line),
            message: message.into(),
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

/// Prints what breaks a rule, and fails if anything does.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load(workspace()?)?;
    println!("{}", files::sizes(&tree.sources));
    let findings = findings(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} finding(s)"),
    }
}

fn findings(tree: &Tree) -> Vec<Finding> {
    [
        attributes::check(&tree.sources),
        clock::check(&tree.sources),
        decisions::check(&tree.decisions),
        dependencies::check(&tree.packages),
        files::check(&tree.sources),
        manifests::check(&tree.root_manifest, &tree.packages),
        migrations::check(&tree.migrations),
        words::check(&tree.sources),
    ]
    .into_iter()
    .flatten()
    .collect()
}
