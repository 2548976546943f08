//! `config …`

use base64::Engine as _;
use clap::Subcommand;
use serde_json::json;

use crate::output::Answer;
use crate::overrides::Overrides;
use crate::settings::{DEFAULTS, Sources};

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check that all settings can be used.
    Check,
    /// Print the documented defaults, as a start for otp.toml.
    Defaults,
    /// Print a new master key.
    NewMasterKey,
}

pub(super) fn run(
    sources: &Sources,
    overrides: &Overrides,
    command: &ConfigCommand,
) -> anyhow::Result<Answer> {
    match command {
        ConfigCommand::Check => {
            let settings = sources.load()?;
            settings.master_keys()?;
            Ok(Answer::new(json!({"ok": true}), "the settings can be used"))
        }
        ConfigCommand::Defaults => Ok(Answer::new(json!({"toml": DEFAULTS}), DEFAULTS.trim_end())),
        ConfigCommand::NewMasterKey => {
            let mut key = [0; 32];
            overrides.randomness().fill(&mut key);
            let text = base64::engine::general_purpose::STANDARD.encode(key);
            Ok(Answer::new(json!({"masterKey": text}), text))
        }
    }
}
