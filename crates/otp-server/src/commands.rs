//! What each command does, one file a noun.

mod account;
mod config;
mod demo;
mod key;
mod ledger;
mod mail;
mod migrate;
mod opt_out;
mod plan;
mod price;
mod sandbox;
mod sender;
mod serve;
mod shell;
mod subscription;
mod template;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use otp_core::ports::{PortError, Storage};
use otp_core::sealing::Sealer;
use otp_core::usecases::examine_sender::ExamineSender;

use crate::cli::{Cli, Command};
use crate::failure::SetupError;
use crate::output::Answer;
use crate::settings::{Settings, Sources};
use crate::system::{SystemClock, SystemRandomness};
use crate::wiring::{self, Store};

/// Does what the command line asks.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<Answer> {
    let sources = Sources::of_this_process(cli.config);
    let administration = || Administration::open(&sources);
    match cli.command {
        Command::Demo { port } => demo::run(port, cli.json).await,
        Command::Serve { no_migrate } => serve::run(&sources.load()?, no_migrate, cli.json).await,
        Command::Sandbox { port } => sandbox::run(port, cli.json).await,
        Command::Migrate => migrate::run(&sources.load()?).await,
        Command::Account(command) => account::run(&administration().await?, command).await,
        Command::Key(command) => key::run(&administration().await?, command).await,
        Command::Ledger(command) => ledger::run(&administration().await?, command).await,
        Command::Plan(command) => plan::run(&administration().await?, command).await,
        Command::Subscription(command) => {
            subscription::run(&administration().await?, command).await
        }
        Command::Price(command) => price::run(&administration().await?, command).await,
        Command::Sender(command) => sender::run(&administration().await?, command).await,
        Command::Template(command) => template::run(&administration().await?, command).await,
        Command::OptOut(command) => opt_out::run(&administration().await?, command).await,
        Command::Mail(command) => mail::run(&sources, command).await,
        Command::Config(command) => config::run(&sources, &command),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::manual(),
    }
}

/// What administrative commands work with.
pub(crate) struct Administration {
    pub(crate) storage: Arc<dyn Storage>,
    settings: Settings,
}

impl Administration {
    pub(crate) const WORLD: (
        &dyn otp_core::ports::Clock,
        &dyn otp_core::ports::Randomness,
    ) = (&SystemClock, &SystemRandomness);

    async fn open(sources: &Sources) -> anyhow::Result<Self> {
        let settings = sources.load()?;
        crate::logging::start(&settings.log);
        let storage = Store::open_migrated(&settings.database).await?.ports();
        Ok(Self { storage, settings })
    }

    /// Asks WhatsApp about senders.
    pub(crate) fn examine_sender(&self) -> anyhow::Result<ExamineSender> {
        wiring::examine_sender(&self.settings, self.storage.clone())
    }

    /// Seals and opens personal data; only commands that touch such data need the master key.
    pub(crate) fn sealer(&self) -> anyhow::Result<Sealer> {
        Ok(Sealer::new(self.settings.master_key()?))
    }
}

/// Says what a conflict means for this command.
pub(crate) fn conflict_means(error: PortError, meaning: &str) -> anyhow::Error {
    match error {
        PortError::Conflict(_) => anyhow::anyhow!("{meaning}"),
        error @ (PortError::Unavailable(_) | PortError::Backend(_)) => error.into(),
    }
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("standard input cannot be read");
    }
    std::fs::read_to_string(path)
        .map_err(|error| SetupError(format!("{} cannot be read: {error}", path.display())).into())
}

/// Reads a file that holds a secret, or standard input for `-`. A file that cannot be read is not named:
/// it may be the secret itself, given in its file's place by mistake.
pub(crate) fn read_secret(path: &Path, what: &str) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return read_file(path);
    }
    std::fs::read_to_string(path).map_err(|error| {
        SetupError(format!("the file with the {what} cannot be read: {error}")).into()
    })
}
