//! `staff …`

use clap::{Subcommand, ValueEnum};
use otp_core::account::ContactLine;
use otp_core::language::LanguageTag;
use otp_core::person::staff::StaffRole;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::manage_staff::{Invitation, ListedStaff};
use serde_json::{Value, json};

use super::person::link;
use super::{Administration, staff_operator};
use crate::cli::values::account_language;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum StaffCommand {
    /// Make a person staff, and print a link that signs them in once, within a day.
    ///
    /// Staff see the orders of all accounts at `/admin`. They turn on a second factor before.
    Invite {
        /// The mail address with which they sign in.
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
        /// Their role.
        #[arg(long, value_enum)]
        role: Role,
        /// Their name, if they have not signed up; without it, the part of the address before the @.
        #[arg(long, value_parser = ContactLine::parse)]
        name: Option<ContactLine>,
        /// The language of their mails, if they have not signed up: ar or en.
        #[arg(long, default_value = "en", value_parser = account_language)]
        language: LanguageTag,
    },
    /// List everybody who is staff.
    List,
    /// Take a person out of the staff. The last admin stays.
    Remove {
        /// The person's mail address.
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
    },
}

/// A role of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Everything, and who else is staff.
    Admin,
    /// To help customers.
    Support,
    /// Orders and credits.
    Finance,
    /// To look.
    Auditor,
}

impl From<Role> for StaffRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Support => Self::Support,
            Role::Finance => Self::Finance,
            Role::Auditor => Self::Auditor,
        }
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: StaffCommand,
) -> anyhow::Result<Answer> {
    let manage = administration.manage_staff()?;
    let by = staff_operator()?;
    match command {
        StaffCommand::Invite {
            email,
            role,
            name,
            language,
        } => {
            let invited = Invitation {
                email,
                name,
                language: UiLanguage::of(&language),
                role: role.into(),
            };
            let token = manage.invite(by, invited).await?;
            let link = link(administration, &token);
            Ok(Answer::object(json!({"link": link})))
        }
        StaffCommand::List => {
            let staff = manage.list(by).await?;
            let columns = ["email", "name", "role", "secondFactor", "since"];
            Ok(Answer::table(staff.iter().map(shown).collect(), &columns))
        }
        StaffCommand::Remove { email } => {
            let person = manage.find_person(&email).await?;
            manage.remove(by, person).await?;
            Ok(Answer::new(json!({"removed": true}), "no longer staff"))
        }
    }
}

fn shown(staff: &ListedStaff) -> Value {
    json!({
        "id": staff.member.person_id.to_string(),
        "email": staff.details.email.as_str(),
        "name": staff.details.name.as_str(),
        "role": staff.member.role.as_str(),
        "secondFactor": staff.has_second_factor,
        "since": staff.member.since.to_rfc3339(),
    })
}
