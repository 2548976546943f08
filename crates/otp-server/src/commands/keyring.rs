//! `keyring …`

use std::io::{IsTerminal, stderr};

use clap::Subcommand;
use otp_core::keyring::KeyOwner;
use otp_core::usecases::check_keyring::{CheckedKey, KeyState};
use otp_core::usecases::rotate_keyring::RotationProgress;
use serde_json::{Value, json};

use super::Administration;
use crate::output::{self, Answer};

#[derive(Subcommand)]
pub(crate) enum KeyringCommand {
    /// Wrap every key again with security.master_key, so that the previous one can be retired.
    Rotate,
    /// Check that every key opens, and list those that still need a previous master key.
    Check,
}

pub(super) async fn run(
    administration: &Administration,
    command: KeyringCommand,
) -> anyhow::Result<Answer> {
    match command {
        KeyringCommand::Rotate => rotate(administration).await,
        KeyringCommand::Check => check(administration).await,
    }
}

/// Servers go on working: a key opens with the new master key and with the previous one while both are
/// configured.
async fn rotate(administration: &Administration) -> anyhow::Result<Answer> {
    let shows_progress = stderr().is_terminal();
    let report = |progress: RotationProgress| {
        if shows_progress {
            output::progress(&text_of(progress));
        }
    };
    let done = administration.rotate_keyring()?.execute(report).await?;
    let json = json!({"checked": done.checked, "rewrapped": done.rewrapped});
    Ok(Answer::new(json, text_of(done)))
}

fn text_of(RotationProgress { checked, rewrapped }: RotationProgress) -> String {
    format!("checked {checked} keys, rewrapped {rewrapped}")
}

async fn check(administration: &Administration) -> anyhow::Result<Answer> {
    let checked = administration.check_keyring()?.execute().await?;
    let is_unreadable = |key: &CheckedKey| matches!(key.state, KeyState::Unreadable(_));
    let failed = checked.iter().any(is_unreadable);
    let rows = checked.iter().map(row_of).collect();
    Ok(Answer::table(rows, &["owner", "masterKey"]).failing_if(failed))
}

fn row_of(key: &CheckedKey) -> Value {
    let owner = match key.owner {
        KeyOwner::Installation => "installation".to_owned(),
        KeyOwner::Account(account) => account.to_string(),
    };
    json!({"owner": owner, "masterKey": key.state.as_str()})
}
