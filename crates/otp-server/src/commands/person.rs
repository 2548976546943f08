//! `person …`

use clap::{Subcommand, ValueEnum};
use otp_core::account::ContactLine;
use otp_core::ids::AccountId;
use otp_core::person::session::SessionToken;
use otp_core::person::{AccountRole, PersonalDetails};
use otp_core::recipient::EmailAddress;
use otp_core::usecases::add_person::NewPerson;
use otp_dashboard::sign_in_link_path;
use serde_json::json;
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum PersonCommand {
    /// Add a person to an account, and print a link that signs them in once, within a day.
    Add {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// The person's name.
        #[arg(long, value_parser = ContactLine::parse)]
        name: ContactLine,
        /// The mail address with which they sign in.
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
        /// Their role in the account.
        #[arg(long, value_enum, default_value_t = Role::Owner)]
        role: Role,
    },
    /// Turn off the second factor of a person who has lost the app and the recovery codes, and sign them out.
    ///
    /// Whoever knows the password signs in with it alone from then on: make sure beforehand who asks.
    ResetSecondFactor {
        /// The person's mail address.
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
    },
}

/// A role in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Everything.
    Owner,
    /// Keys, webhooks and tests.
    Developer,
    /// Orders and credits.
    Billing,
    /// To look.
    Viewer,
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Developer => Self::Developer,
            Role::Billing => Self::Billing,
            Role::Viewer => Self::Viewer,
        }
    }
}

/// Returns the link that signs a person in by this token; only its path if the public address is not set.
pub(super) fn link(administration: &Administration, token: &SessionToken) -> String {
    let path = sign_in_link_path(token);
    match administration.public_url() {
        Some(url) => format!("{url}{path}"),
        None => path,
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: PersonCommand,
) -> anyhow::Result<Answer> {
    match command {
        PersonCommand::Add {
            account,
            name,
            email,
            role,
        } => {
            let new = NewPerson {
                account_id: AccountId(account),
                details: PersonalDetails { email, name },
                role: role.into(),
            };
            add(administration, new).await
        }
        PersonCommand::ResetSecondFactor { email } => {
            let reset = administration.reset_second_factor()?;
            reset.execute(&email, staff_operator()?).await?;
            let text = "turned off; the person is signed out everywhere";
            Ok(Answer::new(json!({"secondFactor": false}), text))
        }
    }
}

async fn add(administration: &Administration, new: NewPerson) -> anyhow::Result<Answer> {
    let added = administration
        .add_person()?
        .execute(new, staff_operator()?)
        .await?;
    let link = link(administration, &added.token);
    Ok(Answer::object(
        json!({"id": added.id.to_string(), "link": link}),
    ))
}
