//! `account …`

mod email_sender;

use clap::{Args, Subcommand};
use otp_core::account::{Account, AccountStanding, Contact, ContactLine};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::AccountId;
use otp_core::language::LanguageTag;
use otp_core::notice::{LowBalance, MutedTopics, NoticeTopic};
use otp_core::proof::ProofSubject;
use otp_core::recipient::EmailAddress;
use otp_core::usecases::change_account::AccountEdit;
use otp_core::usecases::create_account;
use otp_core::usecases::find_accounts::FoundAccount;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::{account_language, id, low_balance, notice_topic, proof_subject};
use crate::output::Answer;
use email_sender::EmailSenderCommand;

#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account.
    Create(NewAccount),
    /// Change contact details, the default language, the percentage of a low balance, what proofs call
    /// recipients, or which notices are mailed.
    Edit(EditedAccount),
    /// Stop an account from sending until it is reopened.
    Restrict {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Close an account: it cannot send any more. Its data stays.
    Close {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Let a restricted or closed account send again.
    Reopen {
        /// Account id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Set, show or clear the sender that an account's e-mails name.
    #[command(subcommand)]
    EmailSender(EmailSenderCommand),
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
    /// Show the account with this e-mail address that is not closed, unchanged, if there is one.
    #[arg(long)]
    if_absent: bool,
}

#[derive(Args)]
pub(crate) struct EditedAccount {
    /// Account id.
    #[arg(long, value_parser = id)]
    id: Uuid,
    #[command(flatten)]
    edits: Edits,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Edits {
    /// Name of the person responsible.
    #[arg(long, value_parser = ContactLine::parse)]
    name: Option<ContactLine>,
    /// E-mail address for notices.
    #[arg(long, value_parser = EmailAddress::parse)]
    email: Option<EmailAddress>,
    /// Phone number of the person responsible, in E.164.
    #[arg(long, value_parser = ContactNumber::parse)]
    phone: Option<ContactNumber>,
    /// Name of the business.
    #[arg(long, value_parser = ContactLine::parse)]
    company: Option<ContactLine>,
    /// Postal address of the business.
    #[arg(long, value_parser = ContactLine::parse)]
    address: Option<ContactLine>,
    /// Remove the postal address.
    #[arg(long, conflicts_with = "address")]
    no_address: bool,
    /// Default language of messages and notices: ar or en.
    #[arg(long, value_parser = account_language)]
    language: Option<LanguageTag>,
    /// Percentage of a grant at which its balance is low; 0 for no notice.
    #[arg(long, value_name = "PERCENT", value_parser = low_balance)]
    low_balance: Option<LowBalance>,
    /// The name of a recipient in proofs: a pseudonym, or its number or address.
    #[arg(long, value_parser = proof_subject)]
    proof_subject: Option<ProofSubject>,
    /// A topic of notices that is not mailed: credits, keys, senders or webhooks. Those that are not named
    /// are mailed. May be repeated, or hold several topics with commas.
    #[arg(long, value_name = "TOPIC", value_delimiter = ',', value_parser = notice_topic)]
    mute: Vec<NoticeTopic>,
    /// Mail the notices of all topics again.
    #[arg(long, conflicts_with = "mute")]
    unmute: bool,
}

impl From<Edits> for AccountEdit {
    fn from(edits: Edits) -> Self {
        let removed = edits.no_address.then_some(None);
        let muted = (edits.unmute || !edits.mute.is_empty()).then_some(edits.mute);
        Self {
            name: edits.name,
            email: edits.email,
            phone: edits.phone,
            company: edits.company,
            address: edits.address.map(Some).or(removed),
            default_language: edits.language,
            low_balance: edits.low_balance,
            standing: None,
            proof_subject: edits.proof_subject,
            email_sender: None,
            muted_topics: muted.map(MutedTopics::from_iter),
        }
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: AccountCommand,
) -> anyhow::Result<Answer> {
    match command {
        AccountCommand::Create(new) => {
            if new.if_absent {
                let find = administration.find_accounts()?;
                if let Some(found) = find.find_by_email(&new.email).await? {
                    let shown = shown(&found.account, found.contact.as_ref());
                    return Ok(Answer::object(shown));
                }
            }
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
            let account = create_account.execute(new, staff_operator()?).await?;
            Ok(Answer::object(shown(&account, Some(&contact))))
        }
        AccountCommand::Edit(EditedAccount { id, edits }) => {
            change(administration, AccountId(id), edits.into()).await
        }
        AccountCommand::Restrict { id } => {
            stand(administration, id, AccountStanding::Restricted).await
        }
        AccountCommand::Close { id } => stand(administration, id, AccountStanding::Closed).await,
        AccountCommand::Reopen { id } => stand(administration, id, AccountStanding::Open).await,
        AccountCommand::EmailSender(command) => email_sender::run(administration, command).await,
        AccountCommand::List => {
            let accounts = administration.find_accounts()?.list().await?;
            let rows = accounts
                .iter()
                .map(|found| shown(&found.account, found.contact.as_ref()));
            let columns = ["id", "name", "company", "status", "language", "createdAt"];
            Ok(Answer::table(rows.collect(), &columns))
        }
        AccountCommand::Show { id } => show(administration, AccountId(id)).await,
    }
}

async fn find(administration: &Administration, id: AccountId) -> anyhow::Result<FoundAccount> {
    let found = administration.find_accounts()?.find(id).await?;
    found.ok_or_else(|| anyhow::anyhow!("no account has the id {id}"))
}

async fn show(administration: &Administration, id: AccountId) -> anyhow::Result<Answer> {
    let found = find(administration, id).await?;
    let shown = shown(&found.account, found.contact.as_ref());
    Ok(Answer::object(shown))
}

async fn stand(
    administration: &Administration,
    id: Uuid,
    standing: AccountStanding,
) -> anyhow::Result<Answer> {
    let edit = AccountEdit {
        standing: Some(standing),
        ..AccountEdit::default()
    };
    change(administration, AccountId(id), edit).await
}

/// Changes an account, and shows it as it then is.
async fn change(
    administration: &Administration,
    id: AccountId,
    edit: AccountEdit,
) -> anyhow::Result<Answer> {
    administration
        .change_account()?
        .execute(id, edit, staff_operator()?)
        .await?;
    show(administration, id).await
}

/// Shows an account. Its contact details are null if its key is deleted.
fn shown(account: &Account, contact: Option<&Contact>) -> Value {
    json!({
        "id": account.id.0,
        "testOf": account.test_of.map(|of| of.0),
        "name": contact.map(|contact| contact.name.as_str()),
        "email": contact.map(|contact| contact.email.as_str()),
        "phone": contact.map(|contact| contact.phone.as_str()),
        "company": contact.map(|contact| contact.company.as_str()),
        "address": contact.and_then(|contact| Some(contact.address.as_ref()?.as_str())),
        "status": account.rules.standing.as_str(),
        "lowBalancePercent": account.rules.low_balance.percent(),
        "proofSubject": account.proof_subject.as_str(),
        "mutedTopics": account.muted_topics.topics().map(NoticeTopic::as_str).collect::<Vec<_>>(),
        "language": account.default_language.as_str(),
        "createdAt": account.created_at.to_rfc3339(),
    })
}
