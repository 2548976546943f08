//! `sender …`

use std::collections::BTreeMap;

use otp_core::channel::whatsapp::health::{HealthChange, Quality, SenderHealth};
use otp_core::channel::whatsapp::{AccessToken, Sender};
use otp_core::ids::{AccountId, SenderId};
use otp_core::ports::{Senders, Storage};
use otp_core::sealing::{Purpose, Sealer};
use otp_core::time::Timestamp;
use otp_core::usecases::add_sender::{NewSender, add_sender};
use otp_core::usecases::examine_sender::Examined;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, conflict_means, read_secret};
use crate::cli::SenderCommand;
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: SenderCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    let sealer = administration.sealer()?;
    match command {
        SenderCommand::Add {
            account,
            phone_number_id,
            waba_id,
            phone,
            access_token_file,
        } => {
            let access_token =
                AccessToken::parse(&read_secret(&access_token_file, "access token")?)?;
            let account_id = AccountId(account);
            let new = NewSender {
                account_id,
                phone_number_id,
                waba_id,
                phone,
                access_token,
            };
            let added = add_sender(storage, Administration::WORLD, &sealer, new).await;
            let sender = added.map_err(|error| {
                conflict_means(
                    error,
                    "no account has that id, or it has that number already",
                )
            })?;
            let health = SenderHealth::unknown(sender.id);
            Ok(Answer::object(shown(&sender, &health, &sealer)?))
        }
        SenderCommand::List { account } => {
            let account = account.map(AccountId);
            let senders = Senders::list(storage).await?;
            let mut health: BTreeMap<_, _> = storage
                .list_health()
                .await?
                .into_iter()
                .map(|health| (health.sender_id, health))
                .collect();
            let rows: Result<_, _> = senders
                .iter()
                .filter(|sender| account.is_none_or(|account| sender.account_id == account))
                .map(|sender| {
                    let known = health.remove(&sender.id);
                    let unknown = || SenderHealth::unknown(sender.id);
                    shown(sender, &known.unwrap_or_else(unknown), &sealer)
                })
                .collect();
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
            Ok(Answer::table(rows?, &columns))
        }
        SenderCommand::Show { id } => {
            let sender = get(storage, id).await?;
            let known = storage.list_health().await?;
            let health = known.into_iter().find(|row| row.sender_id == sender.id);
            let health = health.unwrap_or_else(|| SenderHealth::unknown(sender.id));
            Ok(Answer::object(shown(&sender, &health, &sealer)?))
        }
        SenderCommand::Check { id } => {
            let examine = administration.examine_sender()?;
            let examined = examine.execute(SenderId(id), None).await?;
            let Examined {
                sender,
                answered,
                changed,
            } = examined.ok_or_else(unknown)?;
            anyhow::ensure!(
                answered,
                "WhatsApp does not say how the sender is; try again"
            );
            Ok(Answer::object(shown(&sender, &changed.after, &sealer)?))
        }
        SenderCommand::SetToken {
            id,
            access_token_file,
        } => {
            let token = AccessToken::parse(&read_secret(&access_token_file, "access token")?)?;
            let (_, randomness) = Administration::WORLD;
            let sealed = sealer.seal(Purpose::AccessToken, token.expose(), randomness);
            let replaced = storage.replace_token(SenderId(id), &sealed).await?;
            anyhow::ensure!(replaced, unknown());
            change(storage, id, &HealthChange::TokenReplaced, &sealer).await
        }
        SenderCommand::Stop { id } => {
            change(storage, id, &HealthChange::StoppedByOperator, &sealer).await
        }
        SenderCommand::Resume { id } => {
            change(storage, id, &HealthChange::ResumedByOperator, &sealer).await
        }
    }
}

async fn change(
    storage: &dyn Storage,
    id: Uuid,
    change: &HealthChange,
    sealer: &Sealer,
) -> anyhow::Result<Answer> {
    let sender = get(storage, id).await?;
    let (clock, _) = Administration::WORLD;
    let changed = storage
        .change_health(sender.id, change, clock.now())
        .await?;
    Ok(Answer::object(shown(&sender, &changed.after, sealer)?))
}

async fn get(storage: &dyn Storage, id: Uuid) -> anyhow::Result<Sender> {
    Senders::find(storage, SenderId(id))
        .await?
        .ok_or_else(unknown)
}

fn unknown() -> anyhow::Error {
    anyhow::anyhow!("no sender has that id")
}

fn shown(sender: &Sender, health: &SenderHealth, sealer: &Sealer) -> anyhow::Result<Value> {
    let stop = health.stop.as_ref();
    let failure = stop.map(|stop| &stop.refusal.failure);
    Ok(json!({
        "id": sender.id.0,
        "accountId": sender.account_id.0,
        "phoneNumberId": sender.phone_number_id.as_str(),
        "wabaId": sender.waba_id.as_str(),
        "phone": sealer.open(Purpose::Contact, &sender.phone)?.as_str(),
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
