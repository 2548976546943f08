//! `template create`, `sync` and `preflight`: the commands that call Meta.

use anyhow::Context;
use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::preflight::{Check, Subject};
use otp_core::channel::whatsapp::template::sync::TemplateChange;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, CodeExpiry, TimeToLive};
use otp_core::ids::SenderId;
use otp_core::usecases::create_templates::{self, Created};
use otp_core::usecases::sync_templates::Synced;
use serde_json::{Value, json};

use super::{NewTemplate, shown};
use crate::commands::{Administration, staff_operator};
use crate::output::Answer;

pub(super) async fn create(
    administration: &Administration,
    new: NewTemplate,
) -> anyhow::Result<Answer> {
    let sender = sender(administration, SenderId(new.sender)).await?;
    let draft = TemplateDraft::try_new(new.name, new.code_expiry, new.ttl)?;
    let new = create_templates::NewTemplate {
        sender: &sender,
        draft: &draft,
        languages: &new.language,
    };
    let created = administration
        .create_templates()?
        .execute(new, staff_operator()?)
        .await?;
    let failed = created.iter().any(|created| created.outcome.is_err());
    let columns = [
        "language",
        "status",
        "ttlSeconds",
        "codeExpiryMinutes",
        "error",
    ];
    let table = Answer::table(created.iter().map(row_of).collect(), &columns);
    Ok(table.failing_if(failed))
}

pub(super) async fn sync(administration: &Administration, id: SenderId) -> anyhow::Result<Answer> {
    let sender = sender(administration, id).await?;
    let sync = administration.sync_templates()?;
    let synced = sync.execute(&sender, staff_operator()?).await?;
    Ok(Answer::new(json_of(&synced), text_of(&synced)))
}

pub(super) async fn preflight(
    administration: &Administration,
    id: Option<SenderId>,
) -> anyhow::Result<Answer> {
    let senders = senders(administration, id).await?;
    let preflight = administration.preflight_templates()?;
    let checks = preflight.execute(&senders).await?;
    let failed = checks.is_empty() || !checks.iter().all(Check::would_send);
    let columns = [
        "subject",
        "name",
        "language",
        "status",
        "ttlSeconds",
        "sends",
        "problems",
    ];
    let rows = checks.iter().map(row_of_check).collect();
    Ok(Answer::table(rows, &columns).failing_if(failed))
}

/// Returns the sender with this id, or all senders.
async fn senders(
    administration: &Administration,
    id: Option<SenderId>,
) -> anyhow::Result<Vec<Sender>> {
    let found = administration.find_senders()?.list(None).await?;
    let mut senders: Vec<_> = found.into_iter().map(|found| found.sender).collect();
    if let Some(id) = id {
        senders.retain(|sender| sender.id == id);
        anyhow::ensure!(!senders.is_empty(), "no sender has the id {}", id.0);
    }
    Ok(senders)
}

async fn sender(administration: &Administration, id: SenderId) -> anyhow::Result<Sender> {
    let senders = senders(administration, Some(id)).await?;
    senders.into_iter().next().context("no sender has that id")
}

fn row_of(created: &Created) -> Value {
    match &created.outcome {
        Ok(template) => shown(template),
        Err(error) => json!({
            "language": created.language.as_str(),
            "error": error.to_string(),
        }),
    }
}

fn json_of(synced: &Synced) -> Value {
    let changed = |change: &TemplateChange| {
        let mut template = shown(&change.after);
        template["before"] = json!(change.before.status.as_str());
        template
    };
    let outlasting = synced.outlasting.iter().map(|listed| {
        json!({
            "name": listed.name.as_str(),
            "language": listed.language.as_str(),
            "ttlSeconds": listed.time_to_live.map(TimeToLive::seconds),
            "codeExpiryMinutes": listed.code_expiry.map(CodeExpiry::minutes),
        })
    });
    json!({
        "added": synced.added.iter().map(shown).collect::<Vec<_>>(),
        "changed": synced.changed.iter().map(changed).collect::<Vec<_>>(),
        "gone": synced.gone().map(shown).collect::<Vec<_>>(),
        "outlastsCode": outlasting.collect::<Vec<_>>(),
    })
}

fn text_of(synced: &Synced) -> String {
    let named = |template: &AuthenticationTemplate| {
        format!("{} {}", template.name.as_str(), template.language)
    };
    let added = synced
        .added
        .iter()
        .map(|template| format!("added    {}: {}", named(template), template.status));
    let changed = synced
        .changed
        .iter()
        .map(|TemplateChange { before, after }| {
            let name = named(after);
            if before.status == after.status {
                format!("updated  {name}: {}", after.status)
            } else {
                format!("changed  {name}: {} → {}", before.status, after.status)
            }
        });
    let outlasting = synced.outlasting.iter().map(|listed| {
        let name = listed.name.as_str();
        format!(
            "warning  {name} {}: its messages may arrive after their code has expired",
            listed.language
        )
    });
    let lines: Vec<_> = added.chain(changed).chain(outlasting).collect();
    if lines.is_empty() {
        "nothing has changed at Meta".to_owned()
    } else {
        lines.join("\n")
    }
}

fn row_of_check(check: &Check) -> Value {
    let listed = check.listed.as_ref();
    let problems: Vec<_> = check.problems.iter().map(ToString::to_string).collect();
    let mut row = json!({
        "status": listed.map(|listed| listed.status.as_str()),
        "ttlSeconds": listed.and_then(|listed| listed.time_to_live).map(TimeToLive::seconds),
        "codeExpiryMinutes": listed.and_then(|listed| listed.code_expiry).map(CodeExpiry::minutes),
        "sends": check.would_send(),
        "problems": if problems.is_empty() { Value::Null } else { json!(problems.join("; ")) },
    });
    match &check.subject {
        Subject::Template(sender, name, language) => {
            row["subject"] = json!(format!("sender {}", sender.0));
            row["senderId"] = json!(sender.0);
            row["name"] = json!(name.as_str());
            row["language"] = json!(language.as_str());
        }
        Subject::Sender(sender) => {
            row["subject"] = json!(format!("sender {}", sender.0));
            row["senderId"] = json!(sender.0);
        }
        Subject::DefaultLanguage(account, language) => {
            row["subject"] = json!(format!("account {}, default language", account.0));
            row["accountId"] = json!(account.0);
            row["language"] = json!(language.as_str());
        }
    }
    row
}
