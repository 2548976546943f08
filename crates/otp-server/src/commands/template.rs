//! `template …`

mod at_meta;

use std::time::Duration;

use clap::{Args, Subcommand};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{
    AuthenticationTemplate, CodeExpiry, TemplateName, TimeToLive,
};
use otp_core::ids::SenderId;
use otp_core::language::LanguageTag;
use otp_core::time::Timestamp;
use otp_core::usecases::add_template::ApprovedTemplate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::{code_expiry, id};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum TemplateCommand {
    /// Add an authentication template that Meta has approved.
    Add {
        /// Sender id.
        #[arg(long, value_parser = id)]
        sender: Uuid,
        /// Name of the template.
        #[arg(long, value_parser = TemplateName::parse)]
        name: TemplateName,
        /// Language as Meta writes it, such as ar or en_US.
        #[arg(long, value_parser = LanguageTag::parse)]
        language: LanguageTag,
        /// Show the sender's template with this name and language, unchanged, instead of failing.
        #[arg(long)]
        if_absent: bool,
    },
    /// Create an authentication template at Meta in several languages; Meta reviews each.
    Create(NewTemplate),
    /// Copy the templates of a sender from Meta: new ones, changed ones, and those that are gone.
    Sync {
        /// Sender id.
        #[arg(long, value_parser = id)]
        sender: Uuid,
    },
    /// Ask Meta whether every language of every sender would send; exit code 1 if one would not.
    Preflight {
        /// Check this sender only.
        #[arg(long, value_parser = id)]
        sender: Option<Uuid>,
    },
    /// List templates.
    List {
        /// List the templates of this sender only.
        #[arg(long, value_parser = id)]
        sender: Option<Uuid>,
    },
}

#[derive(Args)]
pub(crate) struct NewTemplate {
    /// Sender id.
    #[arg(long, value_parser = id)]
    sender: Uuid,
    /// Name of the template.
    #[arg(long, value_parser = TemplateName::parse)]
    name: TemplateName,
    /// Language as Meta writes it, such as ar or en_US; repeat it for each language.
    #[arg(long, required = true, value_parser = LanguageTag::parse)]
    language: Vec<LanguageTag>,
    /// How long the code is valid, as the message says: whole minutes, at most 90m.
    #[arg(long, default_value = "5m", value_parser = code_expiry)]
    code_expiry: CodeExpiry,
    /// How long Meta tries to deliver a message: 30s to 15m, at most as long as the code is valid.
    /// Default: as long as the code is valid.
    #[arg(long, value_parser = humantime::parse_duration)]
    ttl: Option<Duration>,
}

pub(super) async fn run(
    administration: &Administration,
    command: TemplateCommand,
) -> anyhow::Result<Answer> {
    match command {
        TemplateCommand::Add {
            sender,
            name,
            language,
            if_absent,
        } => {
            let approved = ApprovedTemplate {
                sender_id: SenderId(sender),
                name,
                language,
            };
            let add = administration.add_template();
            let template = if if_absent {
                add.execute_if_absent(approved, staff_operator()?).await?
            } else {
                add.execute(approved, staff_operator()?).await?
            };
            Ok(Answer::object(shown(&template)))
        }
        TemplateCommand::Create(new) => at_meta::create(administration, new).await,
        TemplateCommand::Sync { sender } => at_meta::sync(administration, SenderId(sender)).await,
        TemplateCommand::Preflight { sender } => {
            at_meta::preflight(administration, sender.map(SenderId)).await
        }
        TemplateCommand::List { sender } => {
            let list = administration.list_templates();
            let templates = list.execute(sender.map(SenderId)).await?;
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

/// Shows a template. `ttlSeconds` is -1 if messages never expire, and null if that is not known.
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
