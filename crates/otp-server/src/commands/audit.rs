//! `audit …`

use clap::Subcommand;
use otp_core::audit::AuditEntry;
use serde_json::{Value, json};

use super::Administration;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// List the audit trail, newest first: who saw which recipients.
    List {
        /// At most this many entries.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

pub(super) async fn run(
    administration: &Administration,
    command: AuditCommand,
) -> anyhow::Result<Answer> {
    match command {
        AuditCommand::List { limit } => {
            let entries = administration.list_audit_entries().execute(limit).await?;
            let columns = ["at", "actor", "action", "subject"];
            Ok(Answer::table(entries.iter().map(shown).collect(), &columns))
        }
    }
}

fn shown(entry: &AuditEntry) -> Value {
    json!({
        "id": entry.id.0,
        "at": entry.at.to_rfc3339(),
        "actor": entry.actor.as_str(),
        "action": entry.action.as_str(),
        "subject": entry.subject,
    })
}
