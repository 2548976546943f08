//! Preflight templates: checks whether every language of every sender would send.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::template::preflight::{
    Check, Problem, check_default_language, check_failed, check_sender,
};
use crate::ports::{Accounts, PortError};
use crate::usecases::sync_templates::TemplatePorts;

/// Checks templates before anything is sent.
#[derive(Clone)]
pub struct PreflightTemplates {
    /// The ports it needs.
    pub ports: TemplatePorts,
    /// Finds the accounts' default languages.
    pub accounts: Arc<dyn Accounts>,
}

impl PreflightTemplates {
    /// Asks the provider about the templates of these senders, and compares them with the stored ones.
    ///
    /// Nothing is changed. An account's default language is looked for among these senders only.
    pub async fn execute(&self, senders: &[Sender]) -> Result<Vec<Check>, PortError> {
        let ports = &self.ports;
        let mut checks = Vec::new();
        let mut by_account = BTreeMap::<_, Vec<Check>>::new();
        for sender in senders {
            let stored = ports.templates.list_templates(Some(sender.id)).await?;
            let not_asked = |why: String| vec![check_failed(sender.id, Problem::NotAsked(why))];
            let of_sender = match ports.business_account(sender).await {
                Ok(account) => match ports.registry.list(&account).await {
                    Ok(listed) => check_sender(sender.id, &stored, &listed),
                    Err(error) => not_asked(error.to_string()),
                },
                Err(error) => not_asked(error.to_string()),
            };
            checks.extend(of_sender.iter().cloned());
            by_account
                .entry(sender.account_id)
                .or_default()
                .extend(of_sender);
        }
        for (account, of_account) in by_account {
            if let Some(found) = self.accounts.find(account).await? {
                let language = &found.default_language;
                checks.push(check_default_language(account, language, &of_account));
            }
        }
        Ok(checks)
    }
}
