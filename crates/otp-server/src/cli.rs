//! The command line: commands and their global options. The arguments of a command are in its file below
//! `commands/`.

pub(crate) mod values;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::account::AccountCommand;
use crate::commands::audit::AuditCommand;
use crate::commands::config::ConfigCommand;
use crate::commands::insights::InsightsArgs;
use crate::commands::key::KeyCommand;
use crate::commands::keyring::KeyringCommand;
use crate::commands::ledger::LedgerCommand;
use crate::commands::listen::ListenArgs;
use crate::commands::mail::MailCommand;
use crate::commands::message::MessageCommand;
use crate::commands::opt_out::OptOutCommand;
use crate::commands::order::OrderCommand;
use crate::commands::person::PersonCommand;
use crate::commands::plan::PlanCommand;
use crate::commands::price::PriceCommand;
use crate::commands::proof_key::ProofKeyCommand;
use crate::commands::reviewer_number::ReviewerNumberCommand;
use crate::commands::sender::SenderCommand;
use crate::commands::staff::StaffCommand;
use crate::commands::subscription::SubscriptionCommand;
use crate::commands::template::TemplateCommand;
use crate::commands::test_inbox::TestInboxArguments;
use crate::commands::verification::VerificationCommand;
use crate::commands::webhook::WebhookCommand;
use crate::commands::webhook_endpoint::WebhookEndpointCommand;

/// Self-hosted gateway for one-time passcodes over WhatsApp.
#[derive(Parser)]
#[command(name = "otp-server", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print one JSON value instead of text.
    #[arg(long, global = true, display_order = 900)]
    pub(crate) json: bool,
    /// Settings file; otp.toml, if it exists, by default.
    #[arg(long, global = true, value_name = "FILE", display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// Apply pending migrations before a command; `serve` and `migrate` do so by themselves.
    #[arg(long, global = true, display_order = 900)]
    pub(crate) migrate: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Try everything in one process: gateway, SQLite, WhatsApp sandbox and a sample account.
    Demo {
        /// Port to listen on; 0 for any free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Address to listen on; 0.0.0.0 to open the demo to other machines.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
        listen: IpAddr,
    },
    /// Run the gateway.
    Serve {
        /// Apply no migrations; refuse to start if a pending one is needed.
        #[arg(long, conflicts_with = "migrate")]
        no_migrate: bool,
    },
    /// Run the WhatsApp sandbox alone.
    Sandbox {
        /// Port to listen on; 0 for any free one.
        #[arg(long, default_value_t = 8090)]
        port: u16,
        /// Port to receive e-mail on, on this machine; 0 for any free one. Without it none is received.
        #[arg(long)]
        mail_port: Option<u16>,
    },
    /// Apply pending migrations to the database.
    Migrate,
    /// Manage accounts: the businesses that send passcodes.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Manage the API keys of accounts.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Manage the people who sign in to the pages of an account.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Manage the operator's staff, who sign in to the pages at `/admin`.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Check or rotate the keyring: the keys that protect personal data, wrapped by the master key.
    #[command(subcommand)]
    Keyring(KeyringCommand),
    /// List or rotate the keys that sign proofs of verifications.
    #[command(subcommand)]
    ProofKey(ProofKeyCommand),
    /// Manage plans that can be ordered.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Handle orders of plans: contact customers, activate and decline.
    #[command(subcommand)]
    Order(OrderCommand),
    /// Manage subscriptions: the credits of accounts.
    #[command(subcommand)]
    Subscription(SubscriptionCommand),
    /// Check the ledger, which records every change of a balance.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Manage the prices of a message by destination.
    #[command(subcommand)]
    Price(PriceCommand),
    /// Manage senders: the WhatsApp numbers of accounts.
    #[command(subcommand)]
    Sender(SenderCommand),
    /// Manage the authentication templates of senders.
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Manage recipients who want no messages of an account.
    #[command(subcommand)]
    OptOut(OptOutCommand),
    /// Manage reviewer numbers: numbers with a fixed code, for those who review an app.
    #[command(subcommand)]
    ReviewerNumber(ReviewerNumberCommand),
    /// Manage webhook endpoints: the URLs of customers' servers that receive events.
    #[command(subcommand)]
    WebhookEndpoint(WebhookEndpointCommand),
    /// Inspect and repeat the deliveries of events to webhook endpoints.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Fetch an account's events to this machine and forward them to a program on it.
    Listen(ListenArgs),
    /// Inspect the messages of accounts, for support.
    #[command(subcommand)]
    Message(MessageCommand),
    /// Inspect and cancel the verifications of accounts, for support.
    #[command(subcommand)]
    Verification(VerificationCommand),
    /// Count how far the messages of an account got, and how many codes were verified.
    Insights(InsightsArgs),
    /// List the messages that an account's test keys sent, newest first, with their codes.
    TestInbox(TestInboxArguments),
    /// Read the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Test and inspect mail to account holders.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Check the installation: database, keyring, senders, mail server, clock. Nothing is changed.
    Doctor,
    /// Check and print settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command.
    Man {
        /// Folder to write the pages to, one for each command.
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
