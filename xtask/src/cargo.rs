//! Runs cargo as from a fresh shell.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Message, Metadata, MetadataCommand};

use crate::process::{environment, line, show};

/// Reads the workspace's own packages, without network access.
pub(crate) fn workspace() -> Result<Metadata> {
    MetadataCommand::new()
        .no_deps()
        .exec()
        .context("cannot read the workspace")
}

/// Prepares a cargo command without the variables that `cargo run` sets for this process. Some
/// build scripts watch these variables: with them, every switch between the two would rebuild.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(environment("CARGO").unwrap_or_else(|| "cargo".to_owned()));
    command.args(arguments);
    for name in inherited_from_cargo_run() {
        command.env_remove(name);
    }
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "every variable of these families has to be removed"
)]
fn inherited_from_cargo_run() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    })
}

/// Builds with these arguments, fails on any warning, and returns the path of the named program.
pub(crate) fn build_program(arguments: &[&str], name: &str) -> Result<PathBuf> {
    let mut command = cargo(&["build", "--locked"]);
    command.args(arguments);
    show(&command);
    // One stream carries JSON for this program, the other the diagnostics for people.
    let mut build = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let messages = build.stdout.take().context("cargo's messages")?;
    let diagnostics = build.stderr.take().context("cargo's diagnostics")?;
    let warnings = std::thread::spawn(move || forward(BufReader::new(diagnostics)));
    let program = executable(BufReader::new(messages), name)?;
    let warnings = warnings.join().unwrap_or_default();
    if !build.wait().context("cannot wait for cargo")?.success() {
        bail!("`{}` failed", line(&command));
    }
    if warnings > 0 {
        bail!("the build prints {warnings} warning(s)");
    }
    program.with_context(|| format!("the build made no program `{name}`"))
}

fn executable(messages: impl BufRead, name: &str) -> Result<Option<PathBuf>> {
    let mut found = None;
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's messages")?
            && artifact.target.name == name
            && let Some(path) = artifact.executable
        {
            found = Some(path.into_std_path_buf());
        }
    }
    Ok(found)
}

/// Prints the lines, and counts the warnings of the compiler and of cargo itself.
fn forward(diagnostics: impl Read) -> usize {
    let lines = BufReader::new(diagnostics).lines().map_while(Result::ok);
    lines
        .inspect(|line| eprintln!("{line}"))
        .filter(|line| line.starts_with("warning"))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_compiler_and_cargo_are_counted() {
        let log = "   Compiling a v0.1.0\nwarning: unused import: `x`\n --> a.rs\n\
                   warning: `a` (lib) generated 1 warning\n    Finished `dev` profile\n";
        assert_eq!(forward(log.as_bytes()), 2);
        assert_eq!(forward("    Finished, no warning\n".as_bytes()), 0);
    }
}
