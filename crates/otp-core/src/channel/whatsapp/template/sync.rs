//! The changes that make the stored templates of a sender those that the provider lists.

use std::collections::BTreeMap;
use std::time::Duration;

use super::listed::ListedTemplate;
use super::{AuthenticationTemplate, TemplateStatus};
use crate::ids::AccountId;
use crate::notice::{MailNotice, NoticeKind, Reason};
use crate::time::Timestamp;
use crate::webhook::{WebhookEvent, WebhookEventKind};

/// How much older than now a status counts that was found by asking.
///
/// The provider's clock may be behind ours, and its later events must not be taken for older ones.
const ALLOWANCE: Duration = Duration::from_secs(60);

/// The changes to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncPlan {
    /// Templates of the provider that are not stored.
    pub add: Vec<ListedTemplate>,
    /// Stored templates that differ from the provider's.
    pub change: Vec<TemplateChange>,
}

impl SyncPlan {
    /// Returns the part that is safe without an operator who reads the result: the changes to templates
    /// that the provider is known to have had.
    ///
    /// Nothing is added, because the business may have the template for another product. A template that
    /// was added by hand and never listed stays in use, because its sender may be stored with the wrong
    /// business account, whose list then proves nothing.
    pub fn unattended(mut self) -> Self {
        self.add.clear();
        self.change.retain(|change| {
            change.before.provider_id.is_some() || change.after.provider_id.is_some()
        });
        self
    }
}

/// A template before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateChange {
    /// The stored template.
    pub before: AuthenticationTemplate,
    /// The template to store.
    pub after: AuthenticationTemplate,
}

/// Returns the event that reports that the status of a template is not what it was `before`.
pub fn status_event(
    before: &AuthenticationTemplate,
    after: &AuthenticationTemplate,
    account: AccountId,
    at: Timestamp,
) -> Option<WebhookEvent> {
    let kind = WebhookEventKind::TemplateStatusChanged;
    let changed = after.status != before.status;
    changed.then(|| WebhookEvent::new(account, kind, after.id.0, at))
}

impl TemplateChange {
    /// Returns whether the provider took the template out of use by a decision of its own.
    pub fn is_verdict(&self) -> bool {
        let verdicts = [
            TemplateStatus::REJECTED,
            TemplateStatus::PAUSED,
            TemplateStatus::DISABLED,
        ];
        self.before.status != self.after.status && verdicts.contains(&self.after.status)
    }

    /// Returns the notice to the account holder, if the change is a verdict.
    ///
    /// The start of the previous status identifies the loss: the provider's event, every message refused
    /// around the same time, and a sync report the same one.
    pub fn notice(&self, account_id: AccountId, now: Timestamp) -> Option<MailNotice> {
        if !self.is_verdict() {
            return None;
        }
        let after = &self.after;
        let status = after.status.as_str();
        let reason = match &after.reason {
            Some(reason) => format!("{status} ({reason})"),
            None => status.to_owned(),
        };
        let kind = NoticeKind::TemplateDisabled {
            sender_id: after.sender_id,
            name: after.name.clone(),
            language: after.language.clone(),
            reason: Reason::new(&reason),
        };
        let previous = self.before.status_since.map(Timestamp::unix_millis);
        let occasion = format!("{} {status} {}", after.id.0, previous.unwrap_or_default());
        Some(MailNotice::new(account_id, kind, &occasion, None, now))
    }
}

/// Returns the changes that make the `stored` templates of one sender those that the provider listed.
///
/// Only authentication templates are added. A template that the provider no longer has stays, as deleted,
/// because messages refer to it. After the changes are made, a second sync has nothing to do.
pub fn reconcile(
    stored: &[AuthenticationTemplate],
    listed: Vec<ListedTemplate>,
    asked_at: Timestamp,
) -> SyncPlan {
    let mut listed: BTreeMap<_, _> = listed
        .into_iter()
        .map(|listed| ((listed.name.clone(), listed.language.clone()), listed))
        .collect();
    let mut plan = SyncPlan::default();
    for before in stored {
        let after = match listed.remove(&(before.name.clone(), before.language.clone())) {
            Some(listed) => as_listed(before, &listed, asked_at),
            None => in_status(before, TemplateStatus::DELETED, None, asked_at),
        };
        if after != *before {
            let before = before.clone();
            plan.change.push(TemplateChange { before, after });
        }
    }
    let others = listed.into_values();
    plan.add = others.filter(ListedTemplate::is_authentication).collect();
    plan
}

/// Returns the template with the values that the provider lists.
pub fn as_listed(
    before: &AuthenticationTemplate,
    listed: &ListedTemplate,
    asked_at: Timestamp,
) -> AuthenticationTemplate {
    let status = in_status(
        before,
        listed.status.clone(),
        listed.reason.clone(),
        asked_at,
    );
    AuthenticationTemplate {
        provider_id: Some(listed.provider_id.clone()),
        time_to_live: listed.time_to_live,
        code_expiry: listed.code_expiry,
        ..status
    }
}

/// Returns the template with a status that was found at `asked_at`. The start of a status that it had
/// before stays as it was.
pub(crate) fn in_status(
    before: &AuthenticationTemplate,
    status: TemplateStatus,
    reason: Option<String>,
    asked_at: Timestamp,
) -> AuthenticationTemplate {
    let status_since = if status == before.status {
        before.status_since
    } else {
        Some(asked_at - ALLOWANCE)
    };
    AuthenticationTemplate {
        status,
        reason,
        status_since,
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::channel::whatsapp::ProviderId;
    use crate::channel::whatsapp::template::{CodeExpiry, TemplateName, TimeToLive};
    use crate::ids::{SenderId, TemplateId};
    use crate::language::LanguageTag;

    const ASKED: Timestamp = Timestamp::from_unix_millis(1_000_000);

    fn stored(language: &str) -> AuthenticationTemplate {
        AuthenticationTemplate::assumed_approved(
            TemplateId(Uuid::nil()),
            SenderId(Uuid::nil()),
            TemplateName::parse("otp_code").expect("name"),
            LanguageTag::parse(language).expect("tag"),
            Timestamp::from_unix_millis(0),
        )
    }

    fn listed(language: &str, status: TemplateStatus) -> ListedTemplate {
        ListedTemplate {
            provider_id: ProviderId::parse("7").expect("digits"),
            name: TemplateName::parse("otp_code").expect("name"),
            language: LanguageTag::parse(language).expect("tag"),
            status,
            reason: None,
            category: "AUTHENTICATION".to_owned(),
            has_code_button: true,
            time_to_live: Some(TimeToLive::Limited(300)),
            code_expiry: CodeExpiry::from_minutes(5).ok(),
        }
    }

    #[test]
    fn new_changed_and_deleted_templates_are_distinguished() {
        let marketing = ListedTemplate {
            category: "MARKETING".to_owned(),
            ..listed("de", TemplateStatus::APPROVED)
        };
        let new = listed("fr", TemplateStatus::PENDING);
        let list = vec![listed("ar", TemplateStatus::PAUSED), new.clone(), marketing];
        let plan = reconcile(&[stored("ar"), stored("en")], list, ASKED);
        assert_eq!(plan.add, [new]);
        let changed: Vec<_> = plan.change.iter().map(|change| &change.after).collect();
        let short: Vec<_> = changed
            .iter()
            .map(|after| (after.language.as_str(), after.status.as_str()))
            .collect();
        assert_eq!(short, [("ar", "PAUSED"), ("en", "DELETED")]);
        assert_eq!(changed[0].lifetime(), Some(Duration::from_secs(300)));
        assert_eq!(changed[0].status_since, Some(ASKED - ALLOWANCE));
    }

    #[test]
    fn an_unattended_sync_adds_nothing_and_keeps_what_was_never_listed() {
        let known = AuthenticationTemplate {
            provider_id: ProviderId::parse("9").ok(),
            ..stored("en")
        };
        let list = vec![
            listed("ar", TemplateStatus::PAUSED),
            listed("fr", TemplateStatus::APPROVED),
        ];
        let plan = reconcile(&[stored("ar"), known, stored("de")], list, ASKED).unattended();
        assert_eq!(plan.add, []);
        let short: Vec<_> = plan
            .change
            .iter()
            .map(|change| (change.after.language.as_str(), change.after.status.as_str()))
            .collect();
        assert_eq!(short, [("ar", "PAUSED"), ("en", "DELETED")]);
    }

    #[test]
    fn a_second_sync_has_nothing_to_do() {
        let list = || vec![listed("ar", TemplateStatus::APPROVED)];
        let plan = reconcile(&[stored("ar"), stored("en")], list(), ASKED);
        let stored: Vec<_> = plan.change.into_iter().map(|change| change.after).collect();
        assert_eq!(stored.len(), 2);
        let later = ASKED + Duration::from_secs(9);
        assert_eq!(reconcile(&stored, list(), later), SyncPlan::default());
    }
}
