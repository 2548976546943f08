//! `cargo xtask deny`: licences, banned crates, and where crates come from, by cargo-deny.
//!
//! Not its advisories: their database has to be fetched from the network each time, so that
//! the same commit would pass today and fail tomorrow. An operator runs
//! `cargo deny check advisories` when they want to know.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::cargo::{cargo, workspace};
use crate::process::{find_program, run as run_command};

const VERSION: &str = "0.20.2";

/// What keeps the steps of a test run honest when the tool is not there.
pub(crate) const NOT_INSTALLED: &str =
    "cargo-deny is not installed; `cargo xtask deny` installs and runs it";

/// Installs cargo-deny into `target/tools` unless it is installed, and runs it.
pub(crate) fn run() -> Result<()> {
    let program = match find()? {
        Some(program) => program,
        None => install()?,
    };
    check(&program)
}

/// cargo-deny from an earlier [`run`], or from `PATH`.
pub(crate) fn find() -> Result<Option<PathBuf>> {
    let ours = tools()?.join("bin/cargo-deny");
    Ok(if ours.is_file() {
        Some(ours)
    } else {
        find_program("cargo-deny")
    })
}

pub(crate) fn check(program: &PathBuf) -> Result<()> {
    // cargo-deny looks at every platform's dependencies, and offline it cannot fetch them.
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
    println!("Advisories were not checked: their database needs the network.");
    Ok(())
}

fn install() -> Result<PathBuf> {
    let tools = tools()?;
    let mut command = cargo(&["install", "cargo-deny", "--locked", "--version", VERSION]);
    command.arg("--root").arg(&tools);
    run_command(&mut command)?;
    Ok(tools.join("bin/cargo-deny"))
}

fn tools() -> Result<PathBuf> {
    Ok(workspace()?
        .target_directory
        .join("tools")
        .into_std_path_buf())
}
