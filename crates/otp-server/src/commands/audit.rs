//! `audit …`

use clap::Subcommand;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use serde_json::{Value, json};

use super::Administration;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// List the audit trail, newest first: who changed what, and who saw which recipients.
    List {
        /// Only entries before this place in the trail.
        #[arg(long)]
        before: Option<u64>,
        /// At most this many entries.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Read the whole trail, and fail unless each entry is the one that was written.
    ///
    /// Prints the head of the trail. Whoever can write to the database can write the whole trail anew, so keep the head
    /// elsewhere, and name it the next time.
    Verify {
        /// A head that an earlier run printed.
        #[arg(long = "kept-head", value_name = "HEAD", value_parser = ChainHead::parse)]
        kept: Option<ChainHead>,
    },
}

pub(super) async fn run(
    administration: &Administration,
    command: AuditCommand,
) -> anyhow::Result<Answer> {
    match command {
        AuditCommand::Verify { kept } => {
            let verify = administration.verify_audit_trail();
            let head = verify.execute(kept).await?.to_string();
            let text = format!("unbroken; the head is {head}");
            Ok(Answer::new(json!({"head": head}), text))
        }
        AuditCommand::List { before, limit } => {
            let list = administration.list_audit_entries();
            let entries = list.execute(before, limit).await?;
            let columns = ["sequence", "at", "actor", "action", "subject"];
            Ok(Answer::table(entries.iter().map(shown).collect(), &columns))
        }
    }
}

fn shown(chained: &ChainedEntry) -> Value {
    let entry = &chained.entry;
    json!({
        "sequence": chained.sequence,
        "id": entry.id.0,
        "at": entry.at.to_rfc3339(),
        "actor": entry.actor.as_str(),
        "action": entry.action.as_str(),
        "subject": entry.subject,
    })
}
