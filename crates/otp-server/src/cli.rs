//! The command line: what can be asked, and how it is spelt.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use otp_core::account::{ContactLine, EmailAddress};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{CodeExpiry, TemplateName};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::ids::parse_uuid;
use otp_core::language::LanguageTag;
use otp_core::recipient::PhoneNumber;
use otp_core::region::Region;
use otp_core::time::Timestamp;
use uuid::Uuid;

/// Self-hosted gateway for one-time passcodes over WhatsApp.
#[derive(Parser)]
#[command(name = "otp-server", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print one JSON value instead of text.
    #[arg(long, global = true, display_order = 900)]
    pub(crate) json: bool,
    /// Settings file; without it otp.toml is read if it is there.
    #[arg(long, global = true, value_name = "FILE", display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run everything in one process to try it: gateway, SQLite, WhatsApp sandbox, a sample account.
    Demo {
        /// The port to listen on.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run the gateway.
    Serve {
        /// Do not apply pending migrations; refuse to start if there are any.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Run the WhatsApp sandbox by itself.
    Sandbox {
        /// The port to listen on.
        #[arg(long, default_value_t = 8090)]
        port: u16,
    },
    /// Apply pending migrations to the database.
    Migrate,
    /// Accounts: the businesses that send passcodes.
    #[command(subcommand)]
    Account(AccountCommand),
    /// API keys of accounts.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Plans that can be ordered.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Subscriptions: credits of accounts.
    #[command(subcommand)]
    Subscription(SubscriptionCommand),
    /// The ledger in which every change of a balance is one row.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Prices of a message by destination.
    #[command(subcommand)]
    Price(PriceCommand),
    /// Senders: WhatsApp numbers of accounts.
    #[command(subcommand)]
    Sender(SenderCommand),
    /// Authentication templates of senders.
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Recipients who want no messages of an account.
    #[command(subcommand)]
    OptOut(OptOutCommand),
    /// Mail to account holders.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account.
    Create(NewAccount),
    /// List all accounts.
    List,
    /// Show one account.
    Show {
        /// The account.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
}

#[derive(Args)]
pub(crate) struct NewAccount {
    /// Who answers for it.
    #[arg(long, value_parser = ContactLine::parse)]
    pub(crate) name: ContactLine,
    /// Where notices go.
    #[arg(long, value_parser = EmailAddress::parse)]
    pub(crate) email: EmailAddress,
    /// Their phone number, in E.164.
    #[arg(long, value_parser = ContactNumber::parse)]
    pub(crate) phone: ContactNumber,
    /// The business.
    #[arg(long, value_parser = ContactLine::parse)]
    pub(crate) company: ContactLine,
    /// Its postal address.
    #[arg(long, value_parser = ContactLine::parse)]
    pub(crate) address: Option<ContactLine>,
    /// Language of messages that ask for none, and of notices: ar or en.
    #[arg(long, default_value = "en", value_parser = account_language)]
    pub(crate) language: LanguageTag,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key and print it, this once.
    Create {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// What to call it.
        #[arg(long, value_parser = ContactLine::parse)]
        name: ContactLine,
        /// From when on it is refused, such as 2027-01-01T00:00:00Z.
        #[arg(long, value_parser = Timestamp::parse)]
        expires_at: Option<Timestamp>,
    },
    /// List an account's keys.
    List {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
    /// Revoke a key; it stops working within a second.
    Revoke {
        /// The key.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Print a successor of a key; the old one works on for a while.
    Rotate {
        /// The key.
        #[arg(long, value_parser = id)]
        id: Uuid,
        /// How long the old key still works.
        #[arg(long, default_value = "24h", value_parser = humantime::parse_duration)]
        overlap: std::time::Duration,
    },
}

#[derive(Subcommand)]
pub(crate) enum PlanCommand {
    /// Create a plan.
    Create {
        /// Its name.
        #[arg(long, value_parser = ContactLine::parse)]
        name: ContactLine,
        /// The credits it grants.
        #[arg(long, value_parser = credits)]
        credits: Credits,
        /// Its price, such as 19.99.
        #[arg(long, requires = "currency")]
        price: Option<String>,
        /// The price's currency (ISO 4217), such as USD.
        #[arg(long, requires = "price")]
        currency: Option<String>,
    },
    /// List all plans.
    List,
}

#[derive(Subcommand)]
pub(crate) enum SubscriptionCommand {
    /// Grant credits to an account.
    Grant {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// How many.
        #[arg(long, value_parser = credits)]
        credits: Credits,
        /// The plan they come from.
        #[arg(long, value_parser = id)]
        plan: Option<Uuid>,
    },
    /// List an account's subscriptions, newest first.
    List {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
}

#[derive(Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check that every balance is the sum of its ledger and every message is paid for once.
    Check,
}

#[derive(Subcommand)]
pub(crate) enum PriceCommand {
    /// Set the price of a message to a country.
    Set {
        /// The country (ISO 3166-1 alpha-2), such as SA.
        #[arg(long, value_parser = country)]
        country: Region,
        /// The price.
        #[arg(long, value_parser = credits)]
        credits: Credits,
    },
    /// List all prices; other countries cost 1 credit.
    List,
    /// Set the prices of a CSV file with the header country,credits; all or none.
    Import {
        /// The file, or - for standard input.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum SenderCommand {
    /// Add a WhatsApp number to an account.
    Add {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// Meta's id of the number.
        #[arg(long, value_parser = ProviderId::parse)]
        phone_number_id: ProviderId,
        /// Meta's id of the WhatsApp Business Account.
        #[arg(long, value_parser = ProviderId::parse)]
        waba_id: ProviderId,
        /// The number, in E.164.
        #[arg(long, value_parser = ContactNumber::parse)]
        phone: ContactNumber,
        /// File with the access token, or - for standard input.
        #[arg(long, value_name = "FILE")]
        access_token_file: PathBuf,
    },
    /// List senders.
    List {
        /// Of this account only.
        #[arg(long, value_parser = id)]
        account: Option<Uuid>,
    },
    /// Show one sender: whether it sends, and if not, why.
    Show {
        /// The sender.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Ask WhatsApp how a sender is, now; stops it or lets it send accordingly.
    Check {
        /// The sender.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Replace a sender's access token, and let it send with the new one.
    SetToken {
        /// The sender.
        #[arg(long, value_parser = id)]
        id: Uuid,
        /// File with the access token, or - for standard input.
        #[arg(long, value_name = "FILE")]
        access_token_file: PathBuf,
    },
    /// Stop a sender: its messages fail at once, until it is resumed.
    Stop {
        /// The sender.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Let a stopped sender send again, whoever stopped it.
    Resume {
        /// The sender.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
}

#[derive(Subcommand)]
pub(crate) enum TemplateCommand {
    /// Add an authentication template that Meta has approved.
    Add {
        /// The sender.
        #[arg(long, value_parser = id)]
        sender: Uuid,
        /// The template's name.
        #[arg(long, value_parser = TemplateName::parse)]
        name: TemplateName,
        /// Its language as Meta spells it, such as ar or en_US.
        #[arg(long, value_parser = LanguageTag::parse)]
        language: LanguageTag,
    },
    /// Create an authentication template at Meta, in several languages; Meta reviews each.
    Create(NewTemplate),
    /// Make a sender's templates what Meta lists: add what is new, note what changed or is gone.
    Sync {
        /// The sender.
        #[arg(long, value_parser = id)]
        sender: Uuid,
    },
    /// Ask Meta whether every language of every sender would send; exit code 1 if one would not.
    Preflight {
        /// Of this sender only.
        #[arg(long, value_parser = id)]
        sender: Option<Uuid>,
    },
    /// List templates.
    List {
        /// Of this sender only.
        #[arg(long, value_parser = id)]
        sender: Option<Uuid>,
    },
}

#[derive(Args)]
pub(crate) struct NewTemplate {
    /// The sender.
    #[arg(long, value_parser = id)]
    pub(crate) sender: Uuid,
    /// The template's name.
    #[arg(long, value_parser = TemplateName::parse)]
    pub(crate) name: TemplateName,
    /// A language as Meta spells it, such as ar or en_US; give one for each.
    #[arg(long, required = true, value_parser = LanguageTag::parse)]
    pub(crate) language: Vec<LanguageTag>,
    /// How long the code counts, as the message says: whole minutes, up to 90m.
    #[arg(long, default_value = "5m", value_parser = code_expiry)]
    pub(crate) code_expiry: CodeExpiry,
    /// How long Meta tries to deliver a message: 30s to 15m, and no longer than the code counts.
    /// Without it, as long as the code counts.
    #[arg(long, value_parser = humantime::parse_duration)]
    pub(crate) ttl: Option<std::time::Duration>,
}

#[derive(Subcommand)]
pub(crate) enum OptOutCommand {
    /// List those who want no messages, latest first; numbers are masked.
    List {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
    /// Send no more messages to a number: its owner said so elsewhere.
    Add(OptOutOf),
    /// Send messages to a number again: its owner said so elsewhere.
    Remove(OptOutOf),
    /// Print what was asked, by whom and how, oldest first; numbers that are not asked for are masked.
    Log {
        /// The account.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// Of this number only, in E.164.
        #[arg(long, value_parser = PhoneNumber::parse)]
        phone: Option<PhoneNumber>,
    },
}

#[derive(Args)]
pub(crate) struct OptOutOf {
    /// The account.
    #[arg(long, value_parser = id)]
    pub(crate) account: Uuid,
    /// The number, in E.164.
    #[arg(long, value_parser = PhoneNumber::parse)]
    pub(crate) phone: PhoneNumber,
}

#[derive(Subcommand)]
pub(crate) enum MailCommand {
    /// Send a mail that says nothing but that the set-up works.
    Test {
        /// To whom.
        #[arg(long, value_parser = EmailAddress::parse)]
        to: EmailAddress,
        /// In which language: ar or en.
        #[arg(long, default_value = "en", value_parser = account_language)]
        language: LanguageTag,
    },
    /// List notices that wait to be mailed, and those that were given up.
    List,
    /// Print the DNS record under which receivers find the key that signs our mail.
    DkimRecord,
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read all settings and say whether they can be used.
    Check,
    /// Print the documented defaults; a start for otp.toml.
    Defaults,
    /// Print a fresh master key.
    NewMasterKey,
}

fn id(text: &str) -> Result<Uuid, String> {
    parse_uuid(text).map_err(|error| error.to_string())
}

fn credits(text: &str) -> Result<Credits, String> {
    let credits = text
        .parse()
        .ok()
        .and_then(|amount| Credits::new(amount).ok());
    let positive = credits.filter(|credits| *credits != Credits::ZERO);
    positive.ok_or_else(|| "credits are a whole number from 1 to 2000000000".to_owned())
}

fn code_expiry(text: &str) -> Result<CodeExpiry, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    CodeExpiry::from_duration(duration).map_err(|error| error.to_string())
}

pub(crate) fn country(text: &str) -> Result<Region, String> {
    let region = Region::parse(text)
        .ok()
        .filter(|region| region.has_numbers());
    region.ok_or_else(|| {
        "no country with phone numbers has that code; write one such as SA".to_owned()
    })
}

fn account_language(text: &str) -> Result<LanguageTag, String> {
    let language = LanguageTag::parse(text)
        .ok()
        .filter(|tag| matches!(tag.as_str(), "ar" | "en"));
    language.ok_or_else(|| "write ar or en".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_country_is_one_that_has_phone_numbers() {
        assert_eq!(
            country("sa").map(|region| region.to_string()),
            Ok("SA".to_owned())
        );
        assert!(
            country("001").is_ok(),
            "numbers that belong to no country have a price too"
        );
        for text in ["", "XX", "Saudi Arabia"] {
            assert!(country(text).is_err(), "{text}");
        }
    }
}
