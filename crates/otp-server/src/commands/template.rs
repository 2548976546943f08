//! `template …`

mod at_meta;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, CodeExpiry, TimeToLive};
use otp_core::ids::{SenderId, TemplateId};
use otp_core::time::Timestamp;
use serde_json::{Value, json};

use super::{Administration, conflict_means};
use crate::cli::TemplateCommand;
use crate::output::Answer;
use at_meta::AtMeta;

pub(super) async fn run(
    administration: &Administration,
    command: TemplateCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    match command {
        TemplateCommand::Add {
            sender,
            name,
            language,
        } => {
            let (clock, randomness) = Administration::WORLD;
            let now = clock.now();
            let template = AuthenticationTemplate::vouched_for(
                TemplateId::generate(now, randomness),
                SenderId(sender),
                name,
                language,
                now,
            );
            let added = storage.add_template(&template).await;
            added.map_err(|error| {
                conflict_means(
                    error,
                    "no sender has that id, or it has that template already",
                )
            })?;
            Ok(Answer::object(shown(&template)))
        }
        TemplateCommand::Create(new) => AtMeta::open(administration)?.create(new).await,
        TemplateCommand::Sync { sender } => {
            let at_meta = AtMeta::open(administration)?;
            at_meta.sync(SenderId(sender)).await
        }
        TemplateCommand::Preflight { sender } => {
            let at_meta = AtMeta::open(administration)?;
            at_meta.preflight(sender.map(SenderId)).await
        }
        TemplateCommand::List { sender } => {
            let templates = storage.list_templates(sender.map(SenderId)).await?;
            let columns = [
                "id",
                "senderId",
                "name",
                "language",
                "status",
                "reason",
                "ttlSeconds",
            ];
            Ok(Answer::table(
                templates.iter().map(shown).collect(),
                &columns,
            ))
        }
    }
}

/// `ttlSeconds` is -1 where messages live without an end, and absent where nobody has asked yet.
fn shown(template: &AuthenticationTemplate) -> Value {
    json!({
        "id": template.id.0,
        "senderId": template.sender_id.0,
        "name": template.name.as_str(),
        "language": template.language.as_str(),
        "status": template.status.as_str(),
        "reason": template.reason,
        "statusSince": template.status_since.map(Timestamp::to_rfc3339),
        "providerId": template.provider_id.as_ref().map(ProviderId::as_str),
        "ttlSeconds": template.time_to_live.map(TimeToLive::seconds),
        "codeExpiryMinutes": template.code_expiry.map(CodeExpiry::minutes),
        "createdAt": template.created_at.to_rfc3339(),
    })
}
