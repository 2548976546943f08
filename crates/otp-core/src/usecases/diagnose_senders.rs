//! Diagnose senders: asks the provider about the set-up of each, and judges the answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::health::StoppedBy;
use crate::doctor::{Finding, graph_version, whatsapp};
use crate::ids::SenderId;
use crate::ports::{Clock, PortError, ProviderInspector, SenderExaminer, SenderHealths, Senders};
use crate::usecases::preflight_templates::PreflightTemplates;

/// Diagnoses all senders.
#[derive(Clone)]
pub struct DiagnoseSenders {
    /// Stores senders.
    pub senders: Arc<dyn Senders>,
    /// Stores their health.
    pub healths: Arc<dyn SenderHealths>,
    /// Asks about their numbers.
    pub examiner: Arc<dyn SenderExaminer>,
    /// Asks about their tokens and business accounts.
    pub inspector: Arc<dyn ProviderInspector>,
    /// Checks their templates.
    pub templates: PreflightTemplates,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl DiagnoseSenders {
    /// Asks the provider about every sender. Nothing is changed. `has_webhook_secrets` says whether servers
    /// accept the provider's webhooks.
    pub async fn execute(&self, has_webhook_secrets: bool) -> Result<Vec<Finding>, PortError> {
        let version = self.inspector.api_version();
        let mut findings = vec![graph_version::judge(&version, self.clock.now())];
        let senders = self.senders.list().await?;
        if senders.is_empty() {
            findings.push(whatsapp::no_senders());
            return Ok(findings);
        }
        let stopped = self.stopped_by_operator().await?;
        let mut answered = Vec::new();
        for sender in senders {
            let is_stopped = stopped.contains(&sender.id);
            let (of_sender, is_answered) = self
                .about_one(&sender, is_stopped, has_webhook_secrets)
                .await;
            let about = format!("sender {}", sender.id.0);
            findings.extend(of_sender.into_iter().map(|finding| finding.about(&about)));
            if is_answered {
                answered.push(sender);
            }
        }
        let templates = self.templates.execute(&answered).await?;
        findings.extend(templates.iter().map(whatsapp::judge_template));
        Ok(findings)
    }

    async fn stopped_by_operator(&self) -> Result<BTreeSet<SenderId>, PortError> {
        let healths = self.healths.list_health().await?;
        let by_operator = healths.into_iter().filter(|health| {
            let stop = health.stop.as_ref();
            stop.is_some_and(|stop| stop.by == StoppedBy::Operator)
        });
        Ok(by_operator.map(|health| health.sender_id).collect())
    }

    /// Returns the findings about a sender, and whether further questions with its token are answered.
    async fn about_one(
        &self,
        sender: &Sender,
        is_stopped: bool,
        has_webhook_secrets: bool,
    ) -> (Vec<Finding>, bool) {
        let account = match self.templates.ports.business_account(sender).await {
            Ok(account) => account,
            Err(error) => {
                let finding = whatsapp::token_unreadable(&error.to_string());
                return (vec![finding], false);
            }
        };
        let token = self.inspector.inspect_token(&account.access_token).await;
        let mut findings = vec![whatsapp::judge_token(&token, self.clock.now())];
        // The same refusal in every line would hide the others.
        if !whatsapp::may_ask_on(&token) {
            return (findings, false);
        }
        let number = &sender.phone_number_id;
        let examination = self.examiner.examine(number, &account.access_token).await;
        findings.push(whatsapp::judge_number(&examination, is_stopped));
        let facts = self.inspector.inspect_account(&account).await;
        findings.push(whatsapp::judge_account(&facts));
        let apps = self.inspector.list_subscribed_apps(&account).await;
        let app = token.ok().and_then(|facts| facts.app_id);
        let webhook = whatsapp::judge_webhook(&apps, app.as_ref(), has_webhook_secrets);
        findings.push(webhook);
        (findings, true)
    }
}
