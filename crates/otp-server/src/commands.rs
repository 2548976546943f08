//! The commands, one file per noun: its arguments, what it does, what it prints.

pub(crate) mod account;
pub(crate) mod administration;
pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod demo;
mod doctor;
pub(crate) mod insights;
pub(crate) mod key;
pub(crate) mod keyring;
pub(crate) mod ledger;
pub(crate) mod listen;
pub(crate) mod mail;
pub(crate) mod message;
mod migrate;
pub(crate) mod opt_out;
pub(crate) mod order;
pub(crate) mod person;
pub(crate) mod plan;
pub(crate) mod price;
pub(crate) mod proof_key;
pub(crate) mod reviewer_number;
mod sandbox;
pub(crate) mod sender;
mod serve;
mod shell;
pub(crate) mod staff;
pub(crate) mod subscription;
pub(crate) mod template;
pub(crate) mod test_inbox;
pub(crate) mod verification;
pub(crate) mod webhook;
pub(crate) mod webhook_endpoint;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use otp_core::audit::Actor;
use otp_core::usecases::staff_actor::StaffActor;

use crate::cli::{Cli, Command};
use crate::failure::SetupError;
use crate::output::Answer;
use crate::overrides::Overrides;
use crate::settings::Sources;
use administration::{Administration, CommandOptions};

/// Runs the command of the command line.
pub(crate) async fn run(cli: Cli, overrides: Overrides) -> anyhow::Result<Answer> {
    let sources = Sources::of_this_process(cli.config);
    let json = cli.json;
    let options = CommandOptions {
        json,
        may_migrate: cli.migrate,
    };
    let administration = || Administration::open(&sources, overrides.clone(), options);
    match cli.command {
        Command::Demo { port, listen } => {
            demo::run(SocketAddr::new(listen, port), overrides, json).await
        }
        Command::Serve { no_migrate } => {
            serve::run(sources.load_for_serving()?, overrides, no_migrate, json).await
        }
        Command::Listen(args) => listen::run(args, json).await,
        Command::Sandbox { port, mail_port } => sandbox::run(port, mail_port, json).await,
        Command::Migrate => migrate::run(&sources.load()?, &overrides, json).await,
        Command::Account(command) => account::run(&administration().await?, command).await,
        Command::Key(command) => key::run(&administration().await?, command).await,
        Command::Keyring(command) => keyring::run(&administration().await?, command).await,
        Command::Message(command) => message::run(&administration().await?, command).await,
        Command::Verification(command) => {
            verification::run(&administration().await?, command).await
        }
        Command::Insights(wanted) => insights::run(&administration().await?, wanted).await,
        Command::Audit(command) => audit::run(&administration().await?, command).await,
        Command::Ledger(command) => ledger::run(&administration().await?, command).await,
        Command::Person(command) => person::run(&administration().await?, command).await,
        Command::Staff(command) => staff::run(&administration().await?, command).await,
        Command::Plan(command) => plan::run(&administration().await?, command).await,
        Command::Order(command) => order::run(&administration().await?, command).await,
        Command::Subscription(command) => {
            subscription::run(&administration().await?, command).await
        }
        Command::Price(command) => price::run(&administration().await?, command).await,
        Command::ProofKey(command) => proof_key::run(&administration().await?, command).await,
        Command::ReviewerNumber(command) => {
            reviewer_number::run(&administration().await?, command).await
        }
        Command::Webhook(command) => webhook::run(&administration().await?, command).await,
        Command::WebhookEndpoint(command) => {
            webhook_endpoint::run(&administration().await?, command).await
        }
        Command::Sender(command) => sender::run(&administration().await?, command).await,
        Command::Template(command) => template::run(&administration().await?, command).await,
        Command::TestInbox(wanted) => test_inbox::run(&administration().await?, wanted).await,
        Command::OptOut(command) => opt_out::run(&administration().await?, command).await,
        Command::Mail(command) => mail::run(&sources, overrides, options, command).await,
        Command::Doctor => doctor::run(&sources, overrides, json).await,
        Command::Config(command) => config::run(&sources, &overrides, &command),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { out: None } => shell::manual(),
        Command::Man { out: Some(folder) } => shell::manuals(&folder),
    }
}

/// Returns the text of a file, or of standard input for `-`.
fn read_file(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("failed to read standard input");
    }
    let text = std::fs::read_to_string(path);
    text.map_err(|error| {
        SetupError::new(format!("failed to read {}: {error}", path.display())).into()
    })
}

/// Returns the text of a file that holds a secret, or of standard input for `-`. An error does not show the
/// path: it may be the secret itself, given here by mistake.
fn read_secret(path: &Path, what: &str) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return read_file(path);
    }
    let text = std::fs::read_to_string(path);
    text.map_err(|error| {
        SetupError::new(format!("failed to read the file with the {what}: {error}")).into()
    })
}

/// Returns the user who runs this program, as the audit trail names the operator. `sudo` keeps the name of
/// the person; the number of the user comes from the system.
#[expect(
    clippy::disallowed_methods,
    reason = "the operator is a person, not a setting"
)]
fn operator() -> anyhow::Result<Actor> {
    let names = ["SUDO_USER", "USER", "LOGNAME"];
    let name = names.iter().find_map(|name| std::env::var(name).ok());
    let uid = rustix::process::getuid().as_raw();
    let named = name.and_then(|name| Actor::parse(&format!("{name} (uid {uid})")).ok());
    match named {
        Some(actor) => Ok(actor),
        None => Ok(Actor::parse(&format!("uid {uid}"))?),
    }
}

/// Returns the operator as somebody who may do everything.
fn staff_operator() -> anyhow::Result<StaffActor<'static>> {
    operator().map(StaffActor::Operator)
}
