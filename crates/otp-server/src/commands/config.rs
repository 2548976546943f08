//! `config …`

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use clap::Subcommand;
use serde_json::json;

use crate::failure::SetupError;
use crate::output::Answer;
use crate::overrides::Overrides;
use crate::settings::{DEFAULTS, Settings, Sources};

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check that a server can use all settings; report every fault, every risk, and what was not checked.
    Check,
    /// Print the documented defaults, as a start for otp.toml.
    Defaults,
    /// Make a new master key.
    NewMasterKey {
        /// File to create for it, readable by its owner only; an existing file is refused. Without it, the
        /// key is printed.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(
    sources: &Sources,
    overrides: &Overrides,
    command: &ConfigCommand,
) -> anyhow::Result<Answer> {
    match command {
        ConfigCommand::Check => Ok(checked(&sources.load_for_serving()?)),
        ConfigCommand::Defaults => Ok(Answer::new(json!({"toml": DEFAULTS}), DEFAULTS.trim_end())),
        ConfigCommand::NewMasterKey { out } => new_master_key(overrides, out.as_deref()),
    }
}

/// Reports settings that can be used.
fn checked(settings: &Settings) -> Answer {
    let warnings = settings.warnings();
    let not_checked = not_checked(settings);
    let mut lines = vec!["the settings can be used".to_owned()];
    lines.extend(warnings.iter().map(|warning| format!("warning: {warning}")));
    lines.extend(
        not_checked
            .iter()
            .map(|what| format!("not checked: {what}")),
    );
    let json = json!({"ok": true, "warnings": warnings, "notChecked": not_checked});
    Answer::new(json, lines.join("\n"))
}

/// Returns what only a use of the settings can show, with the command that tries it.
fn not_checked(settings: &Settings) -> Vec<&'static str> {
    let mut not_checked = vec![
        "whether the database can be reached, and whether security.master_key is its key \
         (otp-server doctor)",
        "whether http.bind is free",
        "whether WhatsApp can be reached and accepts the tokens (otp-server doctor)",
    ];
    if settings.whatsapp.webhook.is_some() {
        not_checked.push("whether whatsapp.app_secret is that of the Meta app");
    }
    if let Some(mail) = &settings.mail {
        not_checked.push("whether the mail server accepts mail (otp-server doctor, mail test)");
        if mail.dkim.is_some() {
            not_checked.push("whether DNS has the DKIM key (otp-server mail dkim-record)");
        }
    }
    if settings.tracing.is_some() {
        not_checked.push("whether the collector of tracing.otlp_endpoint accepts spans");
    }
    not_checked
}

fn new_master_key(overrides: &Overrides, out: Option<&Path>) -> anyhow::Result<Answer> {
    let mut key = [0; 32];
    overrides.randomness().fill(&mut key);
    let text = base64::engine::general_purpose::STANDARD.encode(key);
    let Some(path) = out else {
        return Ok(Answer::new(json!({"masterKey": text}), text));
    };
    create_secret(path, &text)?;
    let shown = path.display().to_string();
    let done = format!("wrote a new master key to {shown}; keep a copy apart from the database");
    Ok(Answer::new(json!({"file": shown}), done))
}

/// Creates a file for its owner only, and writes the text through to the disk.
fn create_secret(path: &Path, text: &str) -> Result<(), SetupError> {
    let shown = path.display();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            SetupError::new(format!(
                "{shown} exists and was not changed: a database is lost without its master key"
            ))
        } else {
            SetupError::new(format!("failed to create {shown}: {error}"))
        }
    })?;
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a key is of no use, and would refuse the next attempt.
        drop(std::fs::remove_file(path));
        SetupError::new(format!("failed to write {shown}: {error}"))
    })
}
