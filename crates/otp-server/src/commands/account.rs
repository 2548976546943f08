//! `account …`

use clap::{Args, Subcommand};
use otp_core::account::{Account, Contact, ContactLine, EmailAddress};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::AccountId;
use otp_core::language::LanguageTag;
use otp_core::usecases::create_account;
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
    match command {
        AccountCommand::Create(new) => {
            let contact = Contact {
                name: new.name,
                email: new.email,
                phone: new.phone,
                company: new.company,
                address: new.address,
            };
            let create_account = administration.create_account()?;
            let new = create_account::NewAccount {
                contact: contact.clone(),
                default_language: new.language,
                rules: administration.new_account_rules(),
            };
            let account = create_account.execute(new).await?;
            Ok(Answer::object(shown(&account, Some(&contact))))
        }
        AccountCommand::List => {
            let accounts = administration.find_accounts()?.list().await?;
            let rows = accounts
                .iter()
                .map(|found| shown(&found.account, found.contact.as_ref()));
            let columns = ["id", "name", "company", "language", "createdAt"];
            Ok(Answer::table(rows.collect(), &columns))
        }
        AccountCommand::Show { id } => {
            let found = administration.find_accounts()?.find(AccountId(id)).await?;
            let found = found.ok_or_else(|| anyhow::anyhow!("no account has the id {id}"))?;
            let shown = shown(&found.account, found.contact.as_ref());
            Ok(Answer::object(shown))
        }
    }
}

/// Shows an account. Its contact details are null if its key is deleted.
fn shown(account: &Account, contact: Option<&Contact>) -> Value {
    json!({
        "id": account.id.0,
        "name": contact.map(|contact| contact.name.as_str()),
        "email": contact.map(|contact| contact.email.as_str()),
        "phone": contact.map(|contact| contact.phone.as_str()),
        "company": contact.map(|contact| contact.company.as_str()),
        "address": contact.and_then(|contact| Some(contact.address.as_ref()?.as_str())),
        "language": account.default_language.as_str(),
        "createdAt": account.created_at.to_rfc3339(),
    })
}
