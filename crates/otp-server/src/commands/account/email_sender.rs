//! `account email-sender …`

use clap::{Args, Subcommand};
use otp_core::account::ContactLine;
use otp_core::channel::email::{BrandColour, EmailSender};
use otp_core::ids::AccountId;
use otp_core::recipient::{Domain, EmailAddress};
use otp_core::usecases::change_account::AccountEdit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Administration, staff_operator};
use super::find;
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum EmailSenderCommand {
    /// Set the sender of an account's e-mails; what is left out becomes the default.
    Set(NewEmailSender),
    /// Show the sender of an account's e-mails; null is the default.
    Show {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Return to the defaults: the address of the gateway and the name of the company.
    Clear {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
}

#[derive(Args)]
pub(crate) struct NewEmailSender {
    /// Account id.
    #[arg(long, value_parser = id)]
    id: Uuid,
    #[command(flatten)]
    values: Values,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Values {
    /// The address that e-mails come from; by default that of `mail.from`.
    #[arg(long, value_parser = EmailAddress::parse)]
    address: Option<EmailAddress>,
    /// The name beside the address; by default the product.
    #[arg(long, value_parser = ContactLine::parse)]
    name: Option<ContactLine>,
    /// The product or site that codes are for; by default the name, or else the company.
    #[arg(long, value_parser = ContactLine::parse)]
    product: Option<ContactLine>,
    /// The colour of e-mails, such as #0a7d33.
    #[arg(long, value_parser = BrandColour::parse)]
    colour: Option<BrandColour>,
    /// The site whose pages may fill in codes, such as example.com.
    #[arg(long, value_parser = Domain::parse)]
    domain: Option<Domain>,
}

pub(super) async fn run(
    administration: &Administration,
    command: EmailSenderCommand,
) -> anyhow::Result<Answer> {
    match command {
        EmailSenderCommand::Set(NewEmailSender { id, values }) => {
            set(administration, AccountId(id), Some(values.into())).await
        }
        EmailSenderCommand::Clear { id } => set(administration, AccountId(id), None).await,
        EmailSenderCommand::Show { id } => show(administration, AccountId(id)).await,
    }
}

/// Sets the sender, and shows it as it then is.
async fn set(
    administration: &Administration,
    id: AccountId,
    sender: Option<EmailSender>,
) -> anyhow::Result<Answer> {
    let edit = AccountEdit {
        email_sender: Some(sender),
        ..AccountEdit::default()
    };
    administration
        .change_account()?
        .execute(id, edit, staff_operator()?)
        .await?;
    show(administration, id).await
}

async fn show(administration: &Administration, id: AccountId) -> anyhow::Result<Answer> {
    let found = find(administration, id).await?;
    let sender = found.email_sender.unwrap_or_default();
    Ok(Answer::object(shown(id, &sender)))
}

fn shown(id: AccountId, sender: &EmailSender) -> Value {
    json!({
        "accountId": id.0,
        "address": sender.address.as_ref().map(EmailAddress::as_str),
        "name": sender.name.as_ref().map(ContactLine::as_str),
        "product": sender.product.as_ref().map(ContactLine::as_str),
        "colour": sender.colour.map(|colour| colour.to_string()),
        "domain": sender.domain.as_ref().map(Domain::as_str),
    })
}

impl From<Values> for EmailSender {
    fn from(values: Values) -> Self {
        Self {
            address: values.address,
            name: values.name,
            product: values.product,
            colour: values.colour,
            domain: values.domain,
        }
    }
}
