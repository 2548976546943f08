//! Events: the provider reports that a template's status changed.

use super::{AuthenticationTemplate, TemplateName, TemplateStatus};
use crate::channel::whatsapp::ProviderId;
use crate::language::LanguageTag;
use crate::time::Timestamp;

/// A template's status changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateEvent {
    /// The business account that owns the template.
    pub waba_id: ProviderId,
    /// The template.
    pub subject: TemplateSubject,
    /// Its new status.
    pub status: TemplateStatus,
    /// The reason, if the provider gives one.
    pub reason: Option<String>,
    /// When the status changed, by the provider's clock.
    pub at: Timestamp,
}

/// The template of a business account that an event is about.
///
/// Either half is enough, because a name has each language once. A template that was added by hand has no
/// provider's id at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSubject {
    /// The provider's id of the template.
    pub provider_id: Option<ProviderId>,
    /// Its name and language.
    pub name: Option<(TemplateName, LanguageTag)>,
}

impl TemplateEvent {
    /// Returns whether the event is about this template, which must belong to the same business account.
    pub fn concerns(&self, template: &AuthenticationTemplate) -> bool {
        let TemplateSubject { provider_id, name } = &self.subject;
        let by_id = provider_id.is_some() && *provider_id == template.provider_id;
        let by_name = name
            .as_ref()
            .is_some_and(|(name, tag)| *name == template.name && *tag == template.language);
        by_id || by_name
    }

    /// Returns the template after the event; `None` if the event does not change it.
    ///
    /// Events arrive in any order and more than once, so an older one changes nothing. The provider counts
    /// in seconds: of two events in one second, the one that arrived later counts. But an event that starts
    /// a review never follows the end of that review.
    pub fn applied_to(&self, before: &AuthenticationTemplate) -> Option<AuthenticationTemplate> {
        let is_older = |since: Timestamp| {
            since > self.at || since == self.at && self.status == TemplateStatus::PENDING
        };
        if before.status_since.is_some_and(is_older) {
            return None;
        }
        let after = AuthenticationTemplate {
            provider_id: self
                .subject
                .provider_id
                .clone()
                .or_else(|| before.provider_id.clone()),
            status: self.status.clone(),
            reason: self.reason.clone(),
            status_since: Some(self.at),
            ..before.clone()
        };
        (after != *before).then_some(after)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{SenderId, TemplateId};

    fn template() -> AuthenticationTemplate {
        AuthenticationTemplate::assumed_approved(
            TemplateId(Uuid::nil()),
            SenderId(Uuid::nil()),
            TemplateName::parse("otp_code").expect("name"),
            LanguageTag::parse("ar").expect("tag"),
            Timestamp::from_unix_millis(0),
        )
    }

    fn event(status: TemplateStatus, at: i64) -> TemplateEvent {
        let template = template();
        TemplateEvent {
            waba_id: ProviderId::parse("1").expect("digits"),
            subject: TemplateSubject {
                provider_id: ProviderId::parse("7").ok(),
                name: Some((template.name, template.language)),
            },
            status,
            reason: None,
            at: Timestamp::from_unix_millis(at),
        }
    }

    #[test]
    fn the_latest_event_counts_in_any_order_of_arrival() {
        let events = [
            event(TemplateStatus::APPROVED, 1),
            event(TemplateStatus::PAUSED, 2),
            event(TemplateStatus::DISABLED, 3),
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let mut now = template();
            for n in order.into_iter().chain(order) {
                now = events[n].applied_to(&now).unwrap_or(now);
            }
            assert_eq!(now.status, TemplateStatus::DISABLED, "{order:?}");
            assert_eq!(now.status_since, Some(Timestamp::from_unix_millis(3)));
        }
    }

    #[test]
    fn within_one_second_a_review_starts_before_it_ends() {
        let events = [
            event(TemplateStatus::PENDING, 1),
            event(TemplateStatus::APPROVED, 1),
        ];
        for order in [[0, 1], [1, 0]] {
            let mut now = template();
            for n in order {
                now = events[n].applied_to(&now).unwrap_or(now);
            }
            assert_eq!(now.status, TemplateStatus::APPROVED, "{order:?}");
        }
    }

    #[test]
    fn a_repeated_event_changes_nothing() {
        let paused = event(TemplateStatus::PAUSED, 2);
        let after = paused.applied_to(&template()).expect("a change");
        assert_eq!(
            after.provider_id,
            ProviderId::parse("7").ok(),
            "it is stored"
        );
        assert_eq!(paused.applied_to(&after), None);
    }

    #[test]
    fn either_half_of_the_subject_is_enough() {
        let known = event(TemplateStatus::PAUSED, 2)
            .applied_to(&template())
            .expect("a change");
        let mut by_id = event(TemplateStatus::APPROVED, 3);
        by_id.subject.name = None;
        assert!(by_id.concerns(&known) && !by_id.concerns(&template()));
        let mut by_name = event(TemplateStatus::APPROVED, 3);
        by_name.subject.provider_id = None;
        assert!(by_name.concerns(&known) && by_name.concerns(&template()));
        by_name.subject.name = None;
        assert!(
            !by_name.concerns(&template()),
            "an empty subject concerns no template"
        );
    }
}
