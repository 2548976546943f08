//! `mail …`

use clap::Subcommand;
use otp_core::language::LanguageTag;
use otp_core::notice::QueuedNotice;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::send_test_mail::{SendTestMail, SendTestMailRequest};
use serde_json::{Value, json};

use super::Administration;
use super::administration::CommandOptions;
use crate::adapters;
use crate::cli::values::account_language;
use crate::failure::SetupError;
use crate::output::Answer;
use crate::overrides::Overrides;
use crate::settings::{Mail, Settings, Sources};

#[derive(Subcommand)]
pub(crate) enum MailCommand {
    /// Send a mail to test the settings.
    Test {
        /// Address to send it to.
        #[arg(long, value_parser = EmailAddress::parse)]
        to: EmailAddress,
        /// Language of the mail: ar or en.
        #[arg(long, default_value = "en", value_parser = account_language)]
        language: LanguageTag,
    },
    /// List notices that wait to be mailed, and those that were abandoned.
    List,
    /// Print the DNS record with the public key that signs mail.
    DkimRecord,
}

pub(super) async fn run(
    sources: &Sources,
    overrides: Overrides,
    options: CommandOptions,
    command: MailCommand,
) -> anyhow::Result<Answer> {
    match command {
        MailCommand::Test { to, language } => {
            let settings = sources.load()?;
            crate::logging::start(&settings.log);
            let send = SendTestMail {
                sender: adapters::notice_sender(&overrides, adapters::mailer(&settings)?.as_ref())
                    .ok_or_else(no_mail_server)?,
                clock: overrides.clock(),
                randomness: overrides.randomness(),
            };
            let language = UiLanguage::of(&language);
            let request = SendTestMailRequest { to, language };
            let id = send.execute(request).await?;
            Ok(Answer::new(
                json!({"id": id.0, "sent": true}),
                "the mail server accepted the mail",
            ))
        }
        MailCommand::List => {
            let administration = Administration::open(sources, overrides, options).await?;
            let unsent = administration.list_unsent_notices().execute().await?;
            let columns = [
                "id",
                "accountId",
                "kind",
                "state",
                "attempts",
                "dueAt",
                "failure",
            ];
            Ok(Answer::table(unsent.iter().map(shown).collect(), &columns))
        }
        MailCommand::DkimRecord => {
            let settings = sources.load()?;
            let signer = mail(&settings)?.dkim.as_ref().ok_or_else(|| {
                SetupError::new("mail.dkim.key is not set: mail is not signed here")
            })?;
            let (name, value) = (signer.record_name(), signer.record());
            Ok(Answer::new(
                json!({"name": name, "type": "TXT", "value": value}),
                format!("{name}. TXT {}", strings(&value)),
            ))
        }
    }
}

/// Writes a text for a zone file: as strings of at most 255 bytes, which resolvers join. An RSA key needs
/// two.
fn strings(text: &str) -> String {
    let mut rest = text;
    let mut strings = Vec::new();
    while !rest.is_empty() {
        let (string, after) = rest.split_at(rest.floor_char_boundary(255));
        strings.push(format!("\"{string}\""));
        rest = after;
    }
    strings.join(" ")
}

fn mail(settings: &Settings) -> Result<&Mail, SetupError> {
    settings.mail.as_ref().ok_or_else(no_mail_server)
}

fn no_mail_server() -> SetupError {
    SetupError::new("no mail server is set: smtp.url and mail.from are required")
}

fn shown(queued: &QueuedNotice) -> Value {
    let notice = &queued.notice;
    json!({
        "id": notice.id.0,
        "accountId": notice.account_id.0,
        "kind": notice.kind.as_str(),
        "language": notice.language.map(UiLanguage::as_str),
        "createdAt": notice.created_at.to_rfc3339(),
        "state": queued.state.as_str(),
        "attempts": queued.attempts,
        "dueAt": queued.due_at.to_rfc3339(),
        "failure": queued.failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_split_into_strings_of_at_most_255_bytes() {
        for (length, expected) in [
            (3, vec![3]),
            (255, vec![255]),
            (256, vec![255, 1]),
            (600, vec![255, 255, 90]),
        ] {
            let cut = strings(&"k".repeat(length));
            let lengths: Vec<_> = cut.split(' ').map(|string| string.len() - 2).collect();
            assert_eq!(lengths, expected, "{length}");
        }
    }
}
