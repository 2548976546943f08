//! The program: the command line over the adapters of the settings, or of a developer.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use otp_core::ports::{MessageSender, Storage};

use crate::cli::Cli;
use crate::overrides::Overrides;
use crate::{commands, failure, output, panics, system};

/// How long an ended program waits for queries to the database.
const QUERIES_TIMEOUT: Duration = Duration::from_millis(500);

/// The command line of the gateway: `serve`, `demo`, and every command that administers it.
///
/// All commands use the same adapters: what `account create` stores, `serve` finds.
#[derive(Clone, Default)]
#[must_use = "a program does nothing until its `main` is called"]
pub struct Program {
    overrides: Overrides,
}

impl Program {
    /// The program with the adapters that its settings name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Delivers messages with this adapter, not with WhatsApp's Cloud API.
    pub fn with_sender(mut self, sender: Arc<dyn MessageSender>) -> Self {
        self.overrides.sender = Some(sender);
        self
    }

    /// Keeps everything in this store; `database.url` is not used.
    pub fn with_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.overrides.storage = Some(storage);
        self
    }

    /// Replaces all overrides, including those of [`with_sender`](Self::with_sender) and
    /// [`with_storage`](Self::with_storage).
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Runs the command that this process was started with, on a runtime of its own.
    pub fn main(self) -> ExitCode {
        let cli = match parse() {
            Ok(cli) => cli,
            Err(code) => return code,
        };
        let json = cli.json;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(system::threads_of_the_runtime())
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => {
                let code = runtime.block_on(self.execute(cli));
                // After a second signal, a query may still be under way on a thread of its own.
                runtime.shutdown_timeout(QUERIES_TIMEOUT);
                code
            }
            Err(error) => failure::report(&error.into(), json),
        }
    }

    /// Runs the command that this process was started with, on the current runtime. Use it if an adapter
    /// has to connect before. The runtime has to be multi-threaded.
    pub async fn run(self) -> ExitCode {
        match parse() {
            Ok(cli) => self.execute(cli).await,
            Err(code) => code,
        }
    }

    async fn execute(self, cli: Cli) -> ExitCode {
        panics::install_hook();
        let json = cli.json;
        match Box::pin(commands::run(cli, self.overrides)).await {
            Ok(answer) => output::print(&answer, json),
            Err(error) => failure::report(&error, json),
        }
    }
}

/// Reads the command line. If it is wrong or asks for help, that is printed, and the exit code returned.
fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|error| {
        let json = std::env::args_os().any(|argument| argument == "--json");
        failure::report_arguments(&error, json)
    })
}
