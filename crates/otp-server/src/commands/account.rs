//! `account …`

use clap::{Args, Subcommand};
use otp_core::account::{Account, Contact, ContactLine, EmailAddress};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::AccountId;
use otp_core::language::LanguageTag;
use otp_core::sealing::Sealer;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Administration;
use crate::cli::values::{account_language, id};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account.
    Create(NewAccount),
    /// List all accounts.
    List,
    /// Show one account.
    Show {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
}

#[derive(Args)]
pub(crate) struct NewAccount {
    /// Name of the person responsible.
    #[arg(long, value_parser = ContactLine::parse)]
    name: ContactLine,
    /// E-mail address for notices.
    #[arg(long, value_parser = EmailAddress::parse)]
    email: EmailAddress,
    /// Phone number of the person responsible, in E.164.
    #[arg(long, value_parser = ContactNumber::parse)]
    phone: ContactNumber,
    /// Name of the business.
    #[arg(long, value_parser = ContactLine::parse)]
    company: ContactLine,
    /// Postal address of the business.
    #[arg(long, value_parser = ContactLine::parse)]
    address: Option<ContactLine>,
    /// Default language of messages and notices: ar or en.
    #[arg(long, default_value = "en", value_parser = account_language)]
    language: LanguageTag,
}

pub(super) async fn run(
    administration: &Administration,
    command: AccountCommand,
) -> anyhow::Result<Answer> {
    let sealer = administration.sealer()?;
    match command {
        AccountCommand::Create(new) => {
            let contact = Contact {
                name: new.name,
                email: new.email,
                phone: new.phone,
                company: new.company,
                address: new.address,
            };
            let account = administration
                .create_account(&contact, new.language)
                .await?;
            Ok(Answer::object(shown(&account, &sealer)?))
        }
        AccountCommand::List => {
            let accounts = administration.list_accounts().await?;
            let rows: Result<_, _> = accounts.iter().map(|row| shown(row, &sealer)).collect();
            let columns = ["id", "name", "company", "language", "createdAt"];
            Ok(Answer::table(rows?, &columns))
        }
        AccountCommand::Show { id } => {
            let found = administration.find_account(AccountId(id)).await?;
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
