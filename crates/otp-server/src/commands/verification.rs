//! `verification …`

use clap::{Args, Subcommand};
use otp_core::ids::{AccountId, VerificationId};
use otp_core::page::{Cursor, PageSize};
use otp_core::ports::VerificationKey;
use otp_core::recipient::Recipient;
use otp_core::usecases::list_verifications::ListVerificationsRequest;
use otp_core::usecases::show_verification::ShownVerification;
use otp_core::verification::VerificationStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Administration;
use crate::cli::values::{id, verification_status};
use crate::output::{Answer, progress};

#[derive(Subcommand)]
pub(crate) enum VerificationCommand {
    /// List the verifications of an account, newest first, with masked numbers.
    List(Wanted),
    /// Show one verification with its messages and checks, with its number masked.
    Show(Named),
    /// Cancel a pending verification: its code is refused from now on.
    Cancel(Named),
}

#[derive(Args)]
pub(crate) struct Wanted {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// List verifications in this status only: Pending, Approved, Expired, Canceled or Exhausted.
    #[arg(long, value_parser = verification_status)]
    status: Option<VerificationStatus>,
    /// List verifications of this number or address only.
    #[arg(long, value_parser = Recipient::parse)]
    to: Option<Recipient>,
    /// At most this many verifications: 1 to 100.
    #[arg(long, default_value = "20", value_parser = PageSize::parse)]
    limit: PageSize,
    /// Continue after an earlier page: the value that it named.
    #[arg(long, value_parser = Cursor::parse)]
    after: Option<Cursor>,
}

#[derive(Args)]
pub(crate) struct Named {
    /// Verification id.
    #[arg(value_parser = id)]
    id: Uuid,
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
}

pub(super) async fn run(
    administration: &Administration,
    command: VerificationCommand,
) -> anyhow::Result<Answer> {
    match command {
        VerificationCommand::List(wanted) => {
            let list = administration.list_verifications()?;
            let request = ListVerificationsRequest {
                account_id: AccountId(wanted.account),
                status: wanted.status,
                recipient: wanted.to,
                from: None,
                until: None,
                cursor: wanted.after,
                size: wanted.limit,
            };
            let page = list.execute(request).await?;
            if let Some(next) = page.next {
                progress(&format!("more: --after {next}"));
            }
            let columns = [
                "id",
                "status",
                "to",
                "channel",
                "attemptsLeft",
                "createdAt",
                "expiresAt",
            ];
            let rows = page.items.iter().map(shown).collect();
            Ok(Answer::table(rows, &columns))
        }
        VerificationCommand::Show(named) => {
            let show = administration.show_verification()?;
            let key = VerificationKey::Id(VerificationId(named.id));
            let found = show.execute(AccountId(named.account), key).await?;
            Ok(Answer::object(shown(&found)))
        }
        VerificationCommand::Cancel(named) => {
            let cancel = administration.cancel_verification()?;
            let (account, id) = (AccountId(named.account), VerificationId(named.id));
            let canceled = cancel.execute(account, id).await?;
            Ok(Answer::object(shown(&canceled)))
        }
    }
}

/// Shows a verification with its number masked.
fn shown(verification: &ShownVerification) -> Value {
    let messages = verification.messages.iter().map(|message| {
        json!({
            "id": message.id.0,
            "channel": message.channel.as_str(),
            "messageStatus": message.status.as_str(),
            "createdAt": message.created_at.to_rfc3339(),
        })
    });
    let checks = verification
        .checks
        .iter()
        .map(|check| json!({"at": check.at.to_rfc3339(), "result": check.result.as_str()}));
    json!({
        "id": verification.id.0,
        "status": verification.status.as_str(),
        "to": verification.to.as_ref().map(Recipient::masked),
        "channel": verification.channel.as_str(),
        "codeLength": verification.code_length,
        "attemptsLeft": verification.attempts_left,
        "createdAt": verification.created_at.to_rfc3339(),
        "expiresAt": verification.expires_at.to_rfc3339(),
        "messages": messages.collect::<Vec<_>>(),
        "checks": checks.collect::<Vec<_>>(),
    })
}
