//! `sender …`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use otp_core::channel::whatsapp::health::Quality;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::{AccountId, SenderId};
use otp_core::time::Timestamp;
use otp_core::usecases::add_sender;
use otp_core::usecases::find_senders::{FindSenders, FoundSender};
use otp_core::usecases::replace_access_token::NewAccessToken;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, read_secret, staff_operator};
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
    /// Remove a sender with its templates and its access token; its messages stay.
    Remove(OneSender),
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
    /// Show the account's sender that has this number id already, unchanged, instead of failing.
    #[arg(long)]
    if_absent: bool,
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
    // Every command shows senders: without a master key it fails here, before it changes anything.
    let find = administration.find_senders()?;
    let id = match command {
        SenderCommand::Add(new) => add(administration, new).await?,
        SenderCommand::List { account } => return list(&find, account.map(AccountId)).await,
        SenderCommand::Show(OneSender { id }) => SenderId(id),
        SenderCommand::Check(OneSender { id }) => {
            let examined = administration.examine_sender()?;
            let examined = examined.execute(SenderId(id), None).await?;
            anyhow::ensure!(
                examined.ok_or_else(unknown)?.answered,
                "WhatsApp gave no answer about the sender; try again"
            );
            SenderId(id)
        }
        SenderCommand::SetToken {
            sender: OneSender { id },
            access_token_file,
        } => {
            let new = NewAccessToken {
                sender: SenderId(id),
                token: read_token(&access_token_file)?,
            };
            administration
                .replace_access_token()?
                .execute(new, staff_operator()?)
                .await?;
            SenderId(id)
        }
        SenderCommand::Stop(OneSender { id }) => {
            administration
                .stop_sender()
                .execute(SenderId(id), staff_operator()?)
                .await?;
            SenderId(id)
        }
        SenderCommand::Remove(OneSender { id }) => {
            administration
                .remove_sender()
                .execute(SenderId(id), staff_operator()?)
                .await?;
            return Ok(Answer::new(
                json!({"id": id}),
                format!("removed sender {id}"),
            ));
        }
        SenderCommand::Resume(OneSender { id }) => {
            administration
                .resume_sender()
                .execute(SenderId(id), staff_operator()?)
                .await?;
            SenderId(id)
        }
    };
    let found = find.find(id).await?.ok_or_else(unknown)?;
    Ok(Answer::object(shown(&found)))
}

async fn add(administration: &Administration, new: NewSender) -> anyhow::Result<SenderId> {
    let if_absent = new.if_absent;
    let new = add_sender::NewSender {
        access_token: read_token(&new.access_token_file)?,
        account_id: AccountId(new.account),
        phone_number_id: new.phone_number_id,
        waba_id: new.waba_id,
        phone: new.phone,
    };
    let add = administration.add_sender()?;
    let sender = if if_absent {
        add.execute_if_absent(new, staff_operator()?).await?
    } else {
        add.execute(new, staff_operator()?).await?
    };
    Ok(sender.id)
}

async fn list(find: &FindSenders, account: Option<AccountId>) -> anyhow::Result<Answer> {
    let senders = find.list(account).await?;
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
    Ok(Answer::table(senders.iter().map(shown).collect(), &columns))
}

fn unknown() -> anyhow::Error {
    anyhow::anyhow!("no sender has that id")
}

fn read_token(path: &Path) -> anyhow::Result<AccessToken> {
    Ok(AccessToken::parse(&read_secret(path, "access token")?)?)
}

/// Shows a sender. Its number is null if the account's key is deleted.
fn shown(found: &FoundSender) -> Value {
    let FoundSender {
        sender,
        phone,
        health,
    } = found;
    let stop = health.stop.as_ref();
    let failure = stop.map(|stop| &stop.refusal.failure);
    json!({
        "id": sender.id.0,
        "accountId": sender.account_id.0,
        "phoneNumberId": sender.phone_number_id.as_str(),
        "wabaId": sender.waba_id.as_str(),
        "phone": phone.as_ref().map(ContactNumber::as_str),
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
    })
}
