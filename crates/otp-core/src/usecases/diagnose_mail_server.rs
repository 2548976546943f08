//! Diagnose the mail server: tries to sign in, without a mail.

use std::sync::Arc;

use crate::doctor::{Finding, mail_server};
use crate::ports::MailServerProbe;

/// Diagnoses the mail server.
#[derive(Clone)]
pub struct DiagnoseMailServer {
    /// Tries it; `None` if no mail server is set.
    pub probe: Option<Arc<dyn MailServerProbe>>,
}

impl DiagnoseMailServer {
    /// Tries the mail server.
    pub async fn execute(&self) -> Finding {
        match &self.probe {
            Some(probe) => mail_server::judge(probe.try_sign_in().await),
            None => mail_server::not_set(),
        }
    }
}
