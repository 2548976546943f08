//! `completions` and `man`

use std::path::Path;

use clap::CommandFactory;
use serde_json::json;

use crate::cli::Cli;
use crate::failure::SetupError;
use crate::output::Answer;

pub(super) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Answer> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "otp-server", &mut script);
    let script = String::from_utf8(script)?;
    Ok(Answer::new(
        json!({"shell": shell.to_string(), "script": script}),
        script.trim_end(),
    ))
}

pub(super) fn manual() -> anyhow::Result<Answer> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    let page = String::from_utf8(page)?;
    Ok(Answer::new(json!({"roff": page}), page.trim_end()))
}

/// Writes one page for each command and subcommand.
pub(super) fn manuals(folder: &Path) -> anyhow::Result<Answer> {
    clap_mangen::generate_to(Cli::command(), folder).map_err(|error| {
        SetupError::new(format!("failed to write to {}: {error}", folder.display()))
    })?;
    let folder = folder.display().to_string();
    Ok(Answer::new(
        json!({"folder": folder}),
        format!("wrote the manual pages to {folder}"),
    ))
}
