//! `sender …`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use otp_core::channel::whatsapp::health::{HealthChange, Quality, SenderHealth};
use otp_core::channel::whatsapp::{AccessToken, ProviderId, Sender};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::{AccountId, SenderId};
use otp_core::sealing::{AccountSealer, Purpose};
use otp_core::time::Timestamp;
use otp_core::usecases::add_sender;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, conflict_means, read_secret};
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum SenderCommand {
    /// Add a WhatsApp number to an account.
    Add(NewSender),
    /// List senders.
    List {
        /// List the senders of this account only.
        #[arg(long, value_parser = id)]
        account: Option<Uuid>,
    },
    /// Show one sender: whether it sends, and the reason if it does not.
    Show(OneSender),
    /// Ask WhatsApp about a sender now, and stop or resume it accordingly.
    Check(OneSender),
    /// Replace the access token of a sender, and let it send with the new one.
    SetToken {
        #[command(flatten)]
        sender: OneSender,
        /// File with the access token, or - for standard input.
        #[arg(long, value_name = "FILE")]
        access_token_file: PathBuf,
    },
    /// Stop a sender: its messages fail at once until it is resumed.
    Stop(OneSender),
    /// Let a stopped sender send again, even if WhatsApp stopped it.
    Resume(OneSender),
}

#[derive(Args)]
pub(crate) struct NewSender {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// Meta's id of the number.
    #[arg(long, value_parser = ProviderId::parse)]
    phone_number_id: ProviderId,
    /// Meta's id of the WhatsApp Business Account.
    #[arg(long, value_parser = ProviderId::parse)]
    waba_id: ProviderId,
    /// The number, in E.164.
    #[arg(long, value_parser = ContactNumber::parse)]
    phone: ContactNumber,
    /// File with the access token, or - for standard input.
    #[arg(long, value_name = "FILE")]
    access_token_file: PathBuf,
}

#[derive(Args)]
pub(crate) struct OneSender {
    /// Sender id.
    #[arg(long, value_parser = id)]
    id: Uuid,
}

pub(super) async fn run(
    administration: &Administration,
    command: SenderCommand,
) -> anyhow::Result<Answer> {
    match command {
        SenderCommand::Add(new) => add(administration, new).await,
        SenderCommand::List { account } => list(administration, account.map(AccountId)).await,
        SenderCommand::Show(OneSender { id }) => {
            let sender = get(administration, id).await?;
            let known = administration.list_sender_health().await?;
            let health = known.into_iter().find(|row| row.sender_id == sender.id);
            let health = health.unwrap_or_else(|| SenderHealth::unknown(sender.id));
            object(administration, &sender, &health).await
        }
        SenderCommand::Check(OneSender { id }) => {
            let examined = administration.examine_sender(SenderId(id)).await?;
            let examined = examined.ok_or_else(unknown)?;
            anyhow::ensure!(
                examined.answered,
                "WhatsApp gave no answer about the sender; try again"
            );
            object(administration, &examined.sender, &examined.changed.after)
        }
        SenderCommand::SetToken {
            sender: OneSender { id },
            access_token_file,
        } => {
            let token = read_token(&access_token_file)?;
            let replaced = administration.replace_access_token(SenderId(id), &token);
            anyhow::ensure!(replaced.await?, unknown());
            change(administration, id, &HealthChange::TokenReplaced).await
        }
        SenderCommand::Stop(OneSender { id }) => {
            change(administration, id, &HealthChange::StoppedByOperator).await
        }
        SenderCommand::Resume(OneSender { id }) => {
            change(administration, id, &HealthChange::ResumedByOperator).await
        }
    }
}

async fn add(administration: &Administration, new: NewSender) -> anyhow::Result<Answer> {
    let new = add_sender::NewSender {
        access_token: read_token(&new.access_token_file)?,
        account_id: AccountId(new.account),
        phone_number_id: new.phone_number_id,
        waba_id: new.waba_id,
        phone: new.phone,
    };
    let sender = administration.add_sender(new).await.map_err(|error| {
        conflict_means(
            error,
            "no account has that id, or it has that number already",
        )
    })?;
    let health = SenderHealth::unknown(sender.id);
    object(administration, &sender, &health).await
}

async fn list(
    administration: &Administration,
    account: Option<AccountId>,
) -> anyhow::Result<Answer> {
    let senders = administration.list_senders().await?;
    let health = administration.list_sender_health().await?;
    let mut health: BTreeMap<_, _> = health
        .into_iter()
        .map(|health| (health.sender_id, health))
        .collect();
    let senders = senders
        .iter()
        .filter(|sender| account.is_none_or(|account| sender.account_id == account));
    let mut rows = Vec::new();
    for sender in senders {
        let known = health.remove(&sender.id);
        let health = known.unwrap_or_else(|| SenderHealth::unknown(sender.id));
        rows.push(shown(administration, sender, &health).await?);
    }
    let columns = [
        "id",
        "accountId",
        "phoneNumberId",
        "wabaId",
        "phone",
        "state",
        "quality",
        "createdAt",
    ];
    Ok(Answer::table(rows, &columns))
}

async fn change(
    administration: &Administration,
    id: Uuid,
    change: &HealthChange,
) -> anyhow::Result<Answer> {
    let sender = get(administration, id).await?;
    let changed = administration.change_sender_health(sender.id, change);
    object(administration, &sender, &changed.await?).await
}

async fn get(administration: &Administration, id: Uuid) -> anyhow::Result<Sender> {
    let found = administration.find_sender(SenderId(id)).await?;
    found.ok_or_else(unknown)
}

fn unknown() -> anyhow::Error {
    anyhow::anyhow!("no sender has that id")
}

fn read_token(path: &Path) -> anyhow::Result<AccessToken> {
    Ok(AccessToken::parse(&read_secret(path, "access token")?)?)
}

async fn object(
    administration: &Administration,
    sender: &Sender,
    health: &SenderHealth,
) -> anyhow::Result<Answer> {
    Ok(Answer::object(shown(administration, sender, health).await?))
}

/// Without the account's key the number cannot be read any more and is null.
async fn shown(
    administration: &Administration,
    sender: &Sender,
    health: &SenderHealth,
) -> anyhow::Result<Value> {
    let sealer = administration.sealer(sender.account_id).await?;
    let open =
        |sealer: Arc<AccountSealer>| sealer.open(Purpose::SenderPhone, sender.id.0, &sender.phone);
    let phone = sealer.map(open).transpose()?;
    let stop = health.stop.as_ref();
    let failure = stop.map(|stop| &stop.refusal.failure);
    Ok(json!({
        "id": sender.id.0,
        "accountId": sender.account_id.0,
        "phoneNumberId": sender.phone_number_id.as_str(),
        "wabaId": sender.waba_id.as_str(),
        "phone": phone.as_ref().map(|phone| phone.as_str()),
        "createdAt": sender.created_at.to_rfc3339(),
        "state": if stop.is_some() { "Stopped" } else { "Active" },
        "stoppedAt": stop.map(|stop| stop.since.to_rfc3339()),
        "stoppedBy": stop.map(|stop| stop.by.as_str()),
        "stopCode": failure.and_then(|failure| failure.code),
        "stopTitle": failure.map(|failure| &failure.title),
        "stopReason": failure.map(|failure| &failure.reason),
        "quality": health.quality.map(Quality::as_str),
        "messagingLimit": health.messaging_limit,
        "checkedAt": health.checked_at.map(Timestamp::to_rfc3339),
    }))
}
