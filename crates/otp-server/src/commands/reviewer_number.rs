//! `reviewer-number …`

use std::time::Duration;

use clap::{Args, Subcommand};
use otp_core::ids::AccountId;
use otp_core::recipient::PhoneNumber;
use otp_core::usecases::manage_reviewer_numbers::{NewReviewerNumber, ShownReviewerNumber};
use otp_core::verification::OwnCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum ReviewerNumberCommand {
    /// Give a number a fixed code; its messages are accepted and go to nobody.
    Add {
        #[command(flatten)]
        of: ReviewerNumberOf,
        /// The code of each verification of the number: 4 to 8 letters and digits.
        #[arg(long, value_parser = OwnCode::parse)]
        code: OwnCode,
        /// After this time it is a number like any other; at most 90d.
        #[arg(long, default_value = "14d", value_parser = humantime::parse_duration)]
        lifetime: Duration,
    },
    /// Remove a number: within a second it is one like any other.
    Remove(ReviewerNumberOf),
    /// List the numbers of an account, oldest first, without their codes.
    List {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
}

#[derive(Args)]
pub(crate) struct ReviewerNumberOf {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// The number, in E.164.
    #[arg(long, value_parser = PhoneNumber::parse)]
    phone: PhoneNumber,
}

pub(super) async fn run(
    administration: &Administration,
    command: ReviewerNumberCommand,
) -> anyhow::Result<Answer> {
    let manage = administration.manage_reviewer_numbers()?;
    match command {
        ReviewerNumberCommand::Add {
            of: ReviewerNumberOf { account, phone },
            code,
            lifetime,
        } => {
            let new = NewReviewerNumber {
                account_id: AccountId(account),
                to: phone,
                code,
                lifetime,
            };
            let added = manage.add(new, staff_operator()?).await?;
            Ok(Answer::object(shown(&added)))
        }
        ReviewerNumberCommand::Remove(ReviewerNumberOf { account, phone }) => {
            manage
                .remove(AccountId(account), &phone, staff_operator()?)
                .await?;
            let json = json!({"phone": phone.e164(), "removed": true});
            Ok(Answer::new(json, "the number has no fixed code any more"))
        }
        ReviewerNumberCommand::List { account } => {
            let numbers = manage.list(AccountId(account)).await?;
            let rows = numbers.iter().map(shown).collect();
            Ok(Answer::table(rows, &["phone", "createdAt", "expiresAt"]))
        }
    }
}

fn shown(number: &ShownReviewerNumber) -> Value {
    json!({
        "phone": number.to.as_str(),
        "createdAt": number.created_at.to_rfc3339(),
        "expiresAt": number.expires_at.to_rfc3339(),
    })
}
