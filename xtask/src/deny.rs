//! `cargo xtask deny`: checks licences, banned crates and sources of crates with cargo-deny.
//!
//! It does not check advisories: their database changes daily, so the same commit could pass today
//! and fail tomorrow. Run `cargo deny check advisories` for them.

mod offline;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::cargo::cargo;
use crate::process::run as run_command;
use crate::test::REMARK;
use crate::tools::Tool;

const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Installs cargo-deny into `target/tools` unless it is installed, and runs it.
pub(crate) fn run() -> Result<()> {
    check(&CARGO_DENY.require()?)
}

/// Checks with cargo-deny if it is installed or can be, and otherwise the rules that need no other
/// program. So the check never waits for a person, nor for a network.
pub(crate) fn check_by_any_means(may_install: bool) -> Result<()> {
    let found = match CARGO_DENY.find()? {
        None if may_install => CARGO_DENY.install().map(Some),
        found => Ok(found),
    };
    match found {
        Ok(Some(program)) => return check(&program),
        Ok(None) => println!(
            "{REMARK}checked by xtask; `cargo xtask deny` installs cargo-deny, which checks more"
        ),
        Err(error) => {
            println!("{REMARK}checked by xtask; cargo-deny cannot be installed: {error:#}");
        }
    }
    offline::check()
}

fn check(program: &PathBuf) -> Result<()> {
    // cargo-deny reads the dependencies of every platform, and cannot fetch them offline.
    run_command(&mut cargo(&["fetch", "--locked"]))?;
    let mut command = Command::new(program);
    command.args([
        "--offline",
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    run_command(&mut command)?;
    println!("Advisories were not checked: their database requires network access.");
    Ok(())
}
