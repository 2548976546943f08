//! Calls cargo, as a person in a fresh shell would.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Message, Metadata, MetadataCommand};

use crate::process::{environment, line, show};

/// The workspace's own packages; needs no network.
pub(crate) fn workspace() -> Result<Metadata> {
    MetadataCommand::new()
        .no_deps()
        .exec()
        .context("cannot read the workspace")
}

/// A cargo command without the variables that `cargo run` sets for us: some build scripts watch
/// them, and would run again, with all that depends on them, at every change between the two.
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
    reason = "these are to be removed, whatever they are"
)]
fn inherited_from_cargo_run() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    })
}

/// Builds with these arguments, allows no warning, and gives the path of the named program.
pub(crate) fn build_program(arguments: &[&str], name: &str) -> Result<PathBuf> {
    let mut command = cargo(&["build", "--locked"]);
    command.args(arguments);
    show(&command);
    // Messages for us on one stream, and on the other what people read.
    let mut build = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let messages = build.stdout.take().context("cargo's messages")?;
    let diagnostics = build.stderr.take().context("cargo's diagnostics")?;
    let warnings = std::thread::spawn(move || pass_on(BufReader::new(diagnostics)));
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

/// Prints the lines, and counts the warnings: the compiler's and cargo's own.
fn pass_on(diagnostics: impl Read) -> usize {
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
    fn warnings_are_counted_wherever_they_come_from() {
        let log = "   Compiling a v0.1.0\nwarning: unused import: `x`\n --> a.rs\n\
                   warning: `a` (lib) generated 1 warning\n    Finished `dev` profile\n";
        assert_eq!(pass_on(log.as_bytes()), 2);
        assert_eq!(pass_on("    Finished, no warning\n".as_bytes()), 0);
    }
}
