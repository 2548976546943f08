//! `completions` and `man`

use clap::CommandFactory;
use serde_json::json;

use crate::cli::Cli;
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
