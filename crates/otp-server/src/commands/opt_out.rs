//! `opt-out …`

use clap::{Args, Subcommand};
use otp_core::ids::AccountId;
use otp_core::opt_out::ConsentRequest;
use otp_core::recipient::{PhoneNumber, Recipient};
use otp_core::usecases::enter_consent::EnteredConsent;
use serde_json::json;
use uuid::Uuid;

use super::Administration;
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
        OptOutCommand::Add(of) => enter(administration, of, ConsentRequest::Stop).await,
        OptOutCommand::Remove(of) => enter(administration, of, ConsentRequest::Start).await,
        OptOutCommand::Log { account, phone } => {
            log(administration, AccountId(account), phone.as_ref()).await
        }
    }
}

async fn list(administration: &Administration, account: AccountId) -> anyhow::Result<Answer> {
    let listed = administration.show_consent()?.opt_outs(account).await?;
    let rows = listed.iter().map(|row| {
        let phone = row.recipient.as_ref().map(Recipient::masked);
        json!({"phone": phone, "since": row.of.since.to_rfc3339()})
    });
    Ok(Answer::table(rows.collect(), &["phone", "since"]))
}

async fn enter(
    administration: &Administration,
    OptOutOf { account, phone }: OptOutOf,
    request: ConsentRequest,
) -> anyhow::Result<Answer> {
    let json = json!({"phone": phone.e164(), "request": request.as_str()});
    let entered = EnteredConsent {
        account_id: AccountId(account),
        recipient: phone,
        request,
    };
    administration.enter_consent()?.execute(entered).await?;
    let text = match request {
        ConsentRequest::Stop => "the number gets no more messages",
        ConsentRequest::Start => "the number gets messages again",
    };
    Ok(Answer::new(json, text))
}

/// The log knows recipients by index only. It shows a number if the caller names it, or if a message to it
/// still has it, masked.
async fn log(
    administration: &Administration,
    account: AccountId,
    phone: Option<&PhoneNumber>,
) -> anyhow::Result<Answer> {
    let log = administration.show_consent()?.log(account, phone).await?;
    let rows = log.iter().map(|entry| {
        let shown = match phone {
            Some(phone) => Some(phone.e164().to_owned()),
            None => entry.recipient.as_ref().map(Recipient::masked),
        };
        json!({
            "phone": shown,
            "request": entry.of.request.as_str(),
            "source": entry.of.source.as_str(),
            "requestedAt": entry.of.requested_at.to_rfc3339(),
            "recordedAt": entry.of.recorded_at.to_rfc3339(),
        })
    });
    let columns = ["phone", "request", "source", "requestedAt", "recordedAt"];
    Ok(Answer::table(rows.collect(), &columns))
}
