//! Preflight: would every language of every sender send?

use std::collections::BTreeMap;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::template::preflight::{
    Check, Problem, check_default_language, check_failed, check_sender,
};
use crate::ports::{Accounts, PortError};
use crate::usecases::sync_templates::TemplatePorts;

/// Asks the provider about each of these senders, and compares with what is stored. Nothing is changed.
/// An account's default language is looked for among the senders that were named.
pub async fn preflight_templates(
    ports: TemplatePorts<'_>,
    accounts: &dyn Accounts,
    senders: &[Sender],
) -> Result<Vec<Check>, PortError> {
    let mut checks = Vec::new();
    let mut by_account = BTreeMap::<_, Vec<Check>>::new();
    for sender in senders {
        let stored = ports.templates.list_templates(Some(sender.id)).await?;
        let not_asked = |why: String| vec![check_failed(sender.id, Problem::NotAsked(why))];
        let of_sender = match ports.business_account(sender) {
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
        if let Some(found) = accounts.find(account).await? {
            let language = &found.default_language;
            checks.push(check_default_language(account, language, &of_account));
        }
    }
    Ok(checks)
}
