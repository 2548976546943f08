//! `config …`

use base64::Engine as _;
use otp_core::ports::Randomness;
use serde_json::json;

use crate::cli::ConfigCommand;
use crate::output::Answer;
use crate::settings::{DEFAULTS, Sources};
use crate::system::SystemRandomness;

pub(super) fn run(sources: &Sources, command: &ConfigCommand) -> anyhow::Result<Answer> {
    match command {
        ConfigCommand::Check => {
            let settings = sources.load()?;
            settings.master_key()?;
            Ok(Answer::new(json!({"ok": true}), "the settings can be used"))
        }
        ConfigCommand::Defaults => Ok(Answer::new(json!({"toml": DEFAULTS}), DEFAULTS.trim_end())),
        ConfigCommand::NewMasterKey => {
            let mut key = [0; 32];
            SystemRandomness.fill(&mut key);
            let text = base64::engine::general_purpose::STANDARD.encode(key);
            Ok(Answer::new(json!({"masterKey": text}), text))
        }
    }
}
