//! `opt-out …`

use clap::{Args, Subcommand};
use otp_core::ids::AccountId;
use otp_core::opt_out::ConsentRequest;
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::{Purpose, Sealed, Sealer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, conflict_means};
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum OptOutCommand {
    /// List the recipients who want no messages, latest first, with masked numbers.
    List {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
    /// Send no more messages to a number, because its owner asked for it by another way.
    Add(OptOutOf),
    /// Send messages to a number again, because its owner asked for it by another way.
    Remove(OptOutOf),
    /// List all requests, oldest first, with masked numbers unless --phone is given.
    Log {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// List the requests of this number only, in E.164.
        #[arg(long, value_parser = PhoneNumber::parse)]
        phone: Option<PhoneNumber>,
    },
}

#[derive(Args)]
pub(crate) struct OptOutOf {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// The number, in E.164.
    #[arg(long, value_parser = PhoneNumber::parse)]
    phone: PhoneNumber,
}

pub(super) async fn run(
    administration: &Administration,
    command: OptOutCommand,
) -> anyhow::Result<Answer> {
    match command {
        OptOutCommand::List { account } => list(administration, AccountId(account)).await,
        OptOutCommand::Add(of) => enter(administration, &of, ConsentRequest::Stop).await,
        OptOutCommand::Remove(of) => enter(administration, &of, ConsentRequest::Start).await,
        OptOutCommand::Log { account, phone } => {
            log(administration, AccountId(account), phone.as_ref()).await
        }
    }
}

async fn list(administration: &Administration, account: AccountId) -> anyhow::Result<Answer> {
    let sealer = administration.sealer()?;
    let listed = administration.list_opt_outs(account).await?;
    let rows: anyhow::Result<_> = listed
        .iter()
        .map(|row| {
            let phone = masked(&sealer, row.recipient.as_ref())?;
            Ok(json!({"phone": phone, "since": row.since.to_rfc3339()}))
        })
        .collect();
    Ok(Answer::table(rows?, &["phone", "since"]))
}

async fn enter(
    administration: &Administration,
    OptOutOf { account, phone }: &OptOutOf,
    request: ConsentRequest,
) -> anyhow::Result<Answer> {
    let entered = administration.enter_consent(AccountId(*account), phone, request);
    entered
        .await
        .map_err(|error| conflict_means(error, "no account has that id"))?;
    let json = json!({"phone": phone.e164(), "request": request.as_str()});
    let text = match request {
        ConsentRequest::Stop => "the number gets no more messages",
        ConsentRequest::Start => "the number gets messages again",
    };
    Ok(Answer::new(json, text))
}

async fn log(
    administration: &Administration,
    account: AccountId,
    phone: Option<&PhoneNumber>,
) -> anyhow::Result<Answer> {
    let sealer = administration.sealer()?;
    let log = administration.list_consent_log(account, phone).await?;
    let rows: anyhow::Result<_> = log
        .iter()
        .map(|entry| {
            let shown = match phone {
                Some(phone) => Value::from(phone.e164()),
                None => masked(&sealer, entry.recipient.as_ref())?,
            };
            Ok(json!({
                "phone": shown,
                "request": entry.request.as_str(),
                "source": entry.source.as_str(),
                "requestedAt": entry.requested_at.to_rfc3339(),
                "recordedAt": entry.recorded_at.to_rfc3339(),
            }))
        })
        .collect();
    let columns = ["phone", "request", "source", "requestedAt", "recordedAt"];
    Ok(Answer::table(rows?, &columns))
}

/// Returns the masked number; null if only its index is known, because its owner wrote before the first
/// message.
fn masked(sealer: &Sealer, recipient: Option<&Sealed>) -> anyhow::Result<Value> {
    let Some(sealed) = recipient else {
        return Ok(Value::Null);
    };
    let number = sealer.open(Purpose::Recipient, sealed)?;
    Ok(Value::from(PhoneNumber::restore(&number)?.masked()))
}
