//! `sender …`

use otp_core::ids::AccountId;
use otp_core::ports::Senders;
use otp_core::sealing::{Purpose, Sealer};
use otp_core::sender::{AccessToken, Sender};
use otp_core::usecases::add_sender::{NewSender, add_sender};
use serde_json::{Value, json};

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
            Ok(Answer::object(shown(&sender, &sealer)?))
        }
        SenderCommand::List => {
            let senders = Senders::list(storage).await?;
            let rows: Result<_, _> = senders.iter().map(|row| shown(row, &sealer)).collect();
            let columns = [
                "id",
                "accountId",
                "phoneNumberId",
                "wabaId",
                "phone",
                "createdAt",
            ];
            Ok(Answer::table(rows?, &columns))
        }
    }
}

fn shown(sender: &Sender, sealer: &Sealer) -> anyhow::Result<Value> {
    Ok(json!({
        "id": sender.id.0,
        "accountId": sender.account_id.0,
        "phoneNumberId": sender.phone_number_id.as_str(),
        "wabaId": sender.waba_id.as_str(),
        "phone": sealer.open(Purpose::Contact, &sender.phone)?.as_str(),
        "createdAt": sender.created_at.to_rfc3339(),
    }))
}
