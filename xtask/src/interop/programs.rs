//! Programs of ours that scripts run beside the server.

use std::path::PathBuf;

use anyhow::Result;

use super::client::Client;
use crate::cargo::build_program;

/// The built programs, each with the environment variable that names it.
#[derive(Debug, Default)]
pub(super) struct Programs(Vec<(&'static str, PathBuf)>);

impl Programs {
    /// Builds the programs that these scripts run.
    pub(super) fn build(clients: &[Client]) -> Result<Self> {
        let mut programs = Self::default();
        for (client, variable, name) in [
            (Client::Proofs, "OTP_SIGN_PROOF_BIN", "sign_proof"),
            (Client::Proofs, "OTP_VERIFY_PROOF_BIN", "verify_proof"),
            (Client::Webhooks, "OTP_CALL_WEBHOOK_BIN", "call_webhook"),
        ] {
            if clients.contains(&client) {
                let program = build_program(&["-p", "otp-e2e", "--bin", name], name)?;
                programs.0.push((variable, program));
            }
        }
        Ok(programs)
    }

    /// Returns the environment variables that name them.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, &PathBuf)> {
        self.0
            .iter()
            .map(|(variable, program)| (*variable, program))
    }
}
