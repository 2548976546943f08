//! `cargo xtask interop`: runs third-party libraries against the sandbox and the gateway.
//!
//! Our tests compare two readings of Meta's protocol, but both are ours. The scripts in
//! `tests/interop` use WhatsApp, mail, token, webhook and OpenAPI libraries of other authors, and no code
//! of ours except to sign tokens and to call webhooks. They need Python, Node and the package registries, so they are not part of
//! `cargo xtask test`. Everything that they install is below `target/interop`.

mod client;
mod programs;
mod service;
mod tools;

use anyhow::{Result, bail};

use crate::cargo::build_program;
use client::Client;
use programs::Programs;
use service::Service;
use tools::Workshop;

/// The scripts to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only this script; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<Client>,
}

/// Runs the scripts, even after one has failed, and fails if any of them did.
pub(crate) fn run(options: &Options) -> Result<()> {
    let clients = Client::plan(&options.only);
    let workshop = Workshop::furnish(&clients)?;
    let server = build_program(&["-p", "otp-server"], "otp-server")?;
    let programs = Programs::build(&clients)?;
    let sandbox = Service::start(&server, &["sandbox"])?;
    let mut failed = Vec::new();
    for client in clients {
        let mut command = workshop.script(client);
        command.env("SANDBOX_URL", sandbox.url());
        command.env("OTP_SERVER_BIN", &server);
        command.envs(programs.variables());
        println!("\n=== {client}");
        if !command.status()?.success() {
            failed.push(client.to_string());
        }
    }
    if failed.is_empty() {
        println!("\nall passed");
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}
