//! `template …`

use otp_core::ids::{SenderId, TemplateId};
use otp_core::ports::Senders;
use otp_core::template::AuthenticationTemplate;
use serde_json::{Value, json};

use super::{Administration, conflict_means};
use crate::cli::TemplateCommand;
use crate::output::Answer;

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
            let template = AuthenticationTemplate {
                id: TemplateId::generate(now, randomness),
                sender_id: SenderId(sender),
                name,
                language,
                created_at: now,
            };
            let added = storage.add_template(&template).await;
            added.map_err(|error| {
                conflict_means(
                    error,
                    "no sender has that id, or it has that template already",
                )
            })?;
            Ok(Answer::object(shown(&template)))
        }
        TemplateCommand::List { sender } => {
            let templates = Senders::list_templates(storage, sender.map(SenderId)).await?;
            let columns = ["id", "senderId", "name", "language", "createdAt"];
            Ok(Answer::table(
                templates.iter().map(shown).collect(),
                &columns,
            ))
        }
    }
}

fn shown(template: &AuthenticationTemplate) -> Value {
    json!({
        "id": template.id.0,
        "senderId": template.sender_id.0,
        "name": template.name.as_str(),
        "language": template.language.as_str(),
        "createdAt": template.created_at.to_rfc3339(),
    })
}
