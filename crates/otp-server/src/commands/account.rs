//! `account …`

use otp_core::account::{Account, Contact};
use otp_core::ids::AccountId;
use otp_core::ports::Accounts;
use otp_core::sealing::Sealer;
use otp_core::usecases::create_account::create_account;
use serde_json::{Value, json};

use super::Administration;
use crate::cli::{AccountCommand, NewAccount};
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: AccountCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    let sealer = administration.sealer()?;
    match command {
        AccountCommand::Create(NewAccount {
            name,
            email,
            phone,
            company,
            address,
            language,
        }) => {
            let contact = Contact {
                name,
                email,
                phone,
                company,
                address,
            };
            let world = Administration::WORLD;
            let account = create_account(storage, world, &sealer, &contact, language).await?;
            Ok(Answer::object(shown(&account, &sealer)?))
        }
        AccountCommand::List => {
            let accounts = Accounts::list(storage).await?;
            let rows: Result<_, _> = accounts.iter().map(|row| shown(row, &sealer)).collect();
            Ok(Answer::table(
                rows?,
                &["id", "name", "company", "language", "createdAt"],
            ))
        }
        AccountCommand::Show { id } => {
            let found = Accounts::find(storage, AccountId(id)).await?;
            let account = found.ok_or_else(|| anyhow::anyhow!("no account has the id {id}"))?;
            Ok(Answer::object(shown(&account, &sealer)?))
        }
    }
}

fn shown(account: &Account, sealer: &Sealer) -> anyhow::Result<Value> {
    let contact = account.contact.open(sealer)?;
    Ok(json!({
        "id": account.id.0,
        "name": contact.name.as_str(),
        "email": contact.email.as_str(),
        "phone": contact.phone.as_str(),
        "company": contact.company.as_str(),
        "address": contact.address.as_ref().map(|line| line.as_str()),
        "language": account.default_language.as_str(),
        "createdAt": account.created_at.to_rfc3339(),
    }))
}
