//! `proof-key …`

use clap::Subcommand;
use otp_core::proof::{ProofKey, ProofKeyState, RotationKind};
use otp_core::time::Timestamp;
use serde_json::{Value, json};

use super::Administration;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum ProofKeyCommand {
    /// Publish the next key now; it signs in 10 minutes, when clients know it.
    Rotate {
        /// Withdraw every other key, because it may be known to somebody else: the new key signs at once, and
        /// proofs of the others are no longer valid.
        #[arg(long)]
        now: bool,
    },
    /// List all keys, oldest first.
    List,
}

pub(super) async fn run(
    administration: &Administration,
    command: ProofKeyCommand,
) -> anyhow::Result<Answer> {
    match command {
        ProofKeyCommand::Rotate { now } => {
            let kind = if now {
                RotationKind::Immediate
            } else {
                RotationKind::Announced
            };
            let added = administration.rotate_proof_key()?.execute(kind).await?;
            let listed = administration.list_proof_keys().execute().await?;
            // Another process may have replaced it since.
            let state = listed.iter().find(|(key, _)| key.id == added.id);
            let state = state.map_or(ProofKeyState::Revoked, |(_, state)| *state);
            Ok(Answer::object(shown(&added, state)))
        }
        ProofKeyCommand::List => {
            let keys = administration.list_proof_keys().execute().await?;
            let rows = keys.iter().map(|(key, state)| shown(key, *state));
            let columns = ["id", "status", "createdAt", "activeFrom", "publishedUntil"];
            Ok(Answer::table(rows.collect(), &columns))
        }
    }
}

fn shown(key: &ProofKey, state: ProofKeyState) -> Value {
    json!({
        "id": key.id.0,
        "status": state.as_str(),
        "createdAt": key.created_at.to_rfc3339(),
        "activeFrom": key.active_from.to_rfc3339(),
        "retiredAt": key.retired_at.map(Timestamp::to_rfc3339),
        "revokedAt": key.revoked_at.map(Timestamp::to_rfc3339),
        "publishedUntil": key.published_until().map(Timestamp::to_rfc3339),
    })
}
