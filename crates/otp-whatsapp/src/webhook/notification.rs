//! The content of a notification: every entry, change, status and message in it.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::health::SenderEvent;
use otp_core::channel::whatsapp::template::event::{TemplateEvent, TemplateSubject};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;

use super::inbound;
use super::json::{Field, Node, readable};
use super::status::{self, Unusable};
use super::template;

/// The maximum length of the name of an event, in characters; longer ones are cut off.
const MAX_EVENT: usize = 64;

/// The content of a notification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notification {
    /// The reports that are passed on.
    pub said: ProviderWebhookPayload,
    /// The numbers of parts that were skipped.
    pub ignored: Ignored,
}

/// The numbers of skipped parts, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Messages from people that are neither an opt-out nor an opt-in.
    pub inbound_messages: usize,
    /// Errors of the account or the app that belong to no message.
    pub errors: usize,
    /// Changes that lack a required field.
    pub malformed_changes: usize,
    /// Changes of the business's capabilities.
    pub capability_updates: usize,
    /// Changes of an unknown kind.
    pub unknown_changes: usize,
    /// Unknown statuses.
    pub unknown_statuses: usize,
    /// Statuses that lack the id of their message, the status itself, or the number they came from.
    pub malformed_statuses: usize,
}

/// The body is not a notification: it is not JSON, or has no list of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a notification")]
pub struct Malformed;

/// Reads a notification whose signature was checked.
pub fn parse(
    raw_body: &[u8],
    received_at: Timestamp,
    sealer: &InstallationSealer,
) -> Result<Notification, Malformed> {
    let body: Node = serde_json::from_str(&readable(raw_body)).map_err(|_| Malformed)?;
    if !matches!(body.get(Field::Entry), Some(Node::List(_))) {
        return Err(Malformed);
    }
    let mut notification = Notification::default();
    let about_whatsapp = body.text(Field::Object) == Some("whatsapp_business_account");
    for entry in body.items(Field::Entry) {
        for change in entry.items(Field::Changes) {
            if about_whatsapp {
                notification.take((entry, change), received_at, sealer);
            } else {
                notification.ignored.unknown_changes += 1;
            }
        }
    }
    Ok(notification)
}

impl Notification {
    fn take(
        &mut self,
        (entry, change): (&Node, &Node),
        received_at: Timestamp,
        sealer: &InstallationSealer,
    ) {
        let ignored = &mut self.ignored;
        match change.text(Field::Name) {
            Some("messages") => {
                if let Some(value) = change.get(Field::Value) {
                    self.take_messages(value, received_at, sealer);
                }
            }
            Some("message_template_status_update") => {
                let value = change.get(Field::Value);
                match value.and_then(|value| template::event(entry, value, received_at)) {
                    Some(event) => self.said.templates.push(event),
                    None => ignored.malformed_changes += 1,
                }
            }
            Some(field @ ("account_update" | "phone_number_quality_update")) => {
                let value = change.get(Field::Value);
                self.take_account_report(entry, field, value);
            }
            Some("business_capability_update") => ignored.capability_updates += 1,
            Some(_) | None => ignored.unknown_changes += 1,
        }
    }

    fn take_messages(&mut self, value: &Node, received_at: Timestamp, sealer: &InstallationSealer) {
        for message in value.items(Field::Messages) {
            match inbound::request(message, value, received_at, sealer) {
                Some(request) => self.said.consents.push(request),
                None => self.ignored.inbound_messages += 1,
            }
        }
        self.take_errors(value);
        let number = sender(value);
        for status in value.items(Field::Statuses) {
            match status::receipt(status, number.as_ref(), received_at, sealer) {
                Ok(receipt) => self.said.receipts.push(receipt),
                Err(Unusable::UnknownStatus) => self.ignored.unknown_statuses += 1,
                Err(Unusable::Incomplete) => self.ignored.malformed_statuses += 1,
            }
        }
    }

    /// Reports the account, whatever the change: the state of each of its senders has to be looked
    /// up.
    fn take_account_report(&mut self, entry: &Node, field: &str, value: Option<&Node>) {
        let Some(waba_id) = entry.text(Field::Id).and_then(provider_id) else {
            self.ignored.malformed_changes += 1;
            return;
        };
        let event = value.and_then(|value| value.text(Field::Event));
        tracing::warn!(
            waba_id = waba_id.as_str(),
            field,
            event = event.map(|event| event.chars().take(MAX_EVENT).collect::<String>()),
            "received a report about a business account; its senders will be looked up"
        );
        self.said
            .senders
            .push(SenderEvent::BusinessAccount(waba_id));
    }

    /// Counts the errors that belong to no message, and reports the number they came for.
    fn take_errors(&mut self, value: &Node) {
        let errors = value.items(Field::Errors);
        if errors.is_empty() {
            return;
        }
        self.ignored.errors += errors.len();
        let report = sender(value).map(SenderEvent::Number);
        self.said.senders.extend(report);
    }

    /// Logs the number of parts of each kind, without anything about people.
    pub(super) fn log(&self) {
        let Ignored {
            inbound_messages,
            errors,
            malformed_changes,
            capability_updates,
            unknown_changes,
            unknown_statuses,
            malformed_statuses,
        } = self.ignored;
        let receipts = self.said.receipts.len();
        let consents = self.said.consents.len();
        for event in &self.said.templates {
            log_template(event);
        }
        tracing::debug!(
            receipts,
            consents,
            inbound_messages,
            templates = self.said.templates.len(),
            senders = self.said.senders.len(),
            unknown_changes,
            "received a notification"
        );
        if unknown_statuses + malformed_statuses + malformed_changes > 0 {
            tracing::warn!(
                unknown_statuses,
                malformed_statuses,
                malformed_changes,
                "skipped unknown or malformed parts of a notification"
            );
        }
        if capability_updates > 0 {
            tracing::info!(
                capability_updates,
                "Meta changed the limits of the business; see Meta's Business Manager"
            );
        }
        if errors > 0 {
            tracing::warn!(
                errors,
                "received errors of the account; see Meta's Business Manager"
            );
        }
    }
}

/// Logs a template's status, as a warning if it cannot be used: messages may then fail.
fn log_template(event: &TemplateEvent) {
    let TemplateSubject { provider_id, name } = &event.subject;
    let template_id = provider_id.as_ref().map(ProviderId::as_str);
    let (name, language) = name
        .as_ref()
        .map(|(n, tag)| (n.as_str(), tag.as_str()))
        .unzip();
    let (waba_id, status) = (event.waba_id.as_str(), event.status.as_str());
    let reason = event.reason.as_deref();
    if event.status.may_send() {
        tracing::info!(
            waba_id,
            template_id,
            name,
            language,
            status,
            "a template is usable"
        );
    } else {
        tracing::warn!(
            waba_id,
            template_id,
            name,
            language,
            status,
            reason,
            "a template is not usable"
        );
    }
}

/// Returns the number that a change is about.
fn sender(value: &Node) -> Option<ProviderId> {
    let metadata = value.get(Field::Metadata)?;
    provider_id(metadata.text(Field::PhoneNumberId)?)
}

fn provider_id(text: &str) -> Option<ProviderId> {
    ProviderId::parse(text).ok()
}
