//! Checks of templates: find the problems that would prevent sending, before there is traffic.

use super::listed::ListedTemplate;
use super::{AuthenticationTemplate, TemplateName, TemplateStatus, TimeToLive};
use crate::ids::{AccountId, SenderId};
use crate::language::{self, LanguageTag};

/// A checked subject and its problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The subject.
    pub subject: Subject,
    /// The template as the provider lists it, if it does.
    pub listed: Option<ListedTemplate>,
    /// The problems; empty if there are none.
    pub problems: Vec<Problem>,
}

/// The subject of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One language of a sender.
    Template(SenderId, TemplateName, LanguageTag),
    /// A sender as a whole.
    Sender(SenderId),
    /// An account's default language.
    DefaultLanguage(AccountId, LanguageTag),
}

/// A problem that a check may find.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The provider does not have the template.
    #[error("WhatsApp has no such template")]
    NotAtProvider,
    /// The provider accepts no messages of the template now.
    #[error("WhatsApp has not approved it: {0}")]
    NotApproved(TemplateStatus),
    /// The template has another category.
    #[error("it is for {0}, not for AUTHENTICATION")]
    NotAuthentication(String),
    /// The template has no place for the code.
    #[error("it has no button for the code")]
    NoCodeButton,
    /// The stored status keeps the template out of use, but the provider would accept its messages.
    #[error("it is stored as {0}: run template sync")]
    OutOfDate(TemplateStatus),
    /// A message may arrive after its code has expired.
    #[error("its messages live longer than their code: {}", seconds(.0))]
    OutlastsCode(Option<TimeToLive>),
    /// The sender has nothing to send with.
    #[error("the sender has no templates")]
    NoTemplates,
    /// The provider could not be asked.
    #[error("{0}")]
    NotAsked(String),
    /// A message that asks for no language, or for a missing one, has no template.
    #[error("no template that would send covers the account's default language")]
    NotCovered,
}

impl Problem {
    /// Returns whether the problem prevents sending. Any other problem is only a warning.
    pub fn prevents_sending(&self) -> bool {
        !matches!(self, Self::OutlastsCode(_))
    }
}

fn seconds(time_to_live: &Option<TimeToLive>) -> String {
    match time_to_live {
        Some(TimeToLive::Limited(seconds)) => format!("{seconds} s"),
        Some(TimeToLive::Unlimited) => "unlimited".to_owned(),
        None => "WhatsApp's default of 600 s".to_owned(),
    }
}

impl Check {
    /// Returns whether the subject would send.
    pub fn would_send(&self) -> bool {
        !self.problems.iter().any(Problem::prevents_sending)
    }
}

/// Checks one template: as it is stored, and as the provider lists it.
pub fn check_template(stored: &AuthenticationTemplate, listed: Option<ListedTemplate>) -> Check {
    let mut problems = Vec::new();
    match &listed {
        None => problems.push(Problem::NotAtProvider),
        Some(listed) => {
            if !listed.status.may_send() {
                problems.push(Problem::NotApproved(listed.status.clone()));
            } else if !stored.status.may_send() {
                problems.push(Problem::OutOfDate(stored.status.clone()));
            }
            if !listed.is_authentication() {
                problems.push(Problem::NotAuthentication(listed.category.clone()));
            }
            if !listed.has_code_button {
                problems.push(Problem::NoCodeButton);
            }
            if listed.outlasts_its_code() {
                problems.push(Problem::OutlastsCode(listed.time_to_live));
            }
        }
    }
    let (sender, name, language) = (stored.sender_id, &stored.name, &stored.language);
    Check {
        subject: Subject::Template(sender, name.clone(), language.clone()),
        listed,
        problems,
    }
}

/// Checks one sender: that it has a template, and each of its stored templates.
///
/// A template that is stored as deleted and that the provider no longer has is left out.
pub fn check_sender(
    sender: SenderId,
    stored: &[AuthenticationTemplate],
    listed: &[ListedTemplate],
) -> Vec<Check> {
    let find = |stored: &AuthenticationTemplate| {
        let same = |listed: &&ListedTemplate| {
            listed.name == stored.name && listed.language == stored.language
        };
        listed.iter().find(same).cloned()
    };
    let checks: Vec<_> = stored
        .iter()
        .map(|stored| (stored, find(stored)))
        .filter(|(stored, listed)| listed.is_some() || stored.status != TemplateStatus::DELETED)
        .map(|(stored, listed)| check_template(stored, listed))
        .collect();
    if checks.is_empty() {
        vec![check_failed(sender, Problem::NoTemplates)]
    } else {
        checks
    }
}

/// Returns the failed check of a sender as a whole.
pub fn check_failed(sender: SenderId, problem: Problem) -> Check {
    Check {
        subject: Subject::Sender(sender),
        listed: None,
        problems: vec![problem],
    }
}

/// Checks that a template that would send covers an account's default language.
///
/// `checks` are the checks of the account's senders.
pub fn check_default_language(
    account: AccountId,
    default_language: &LanguageTag,
    checks: &[Check],
) -> Check {
    let sending = checks.iter().filter(|check| check.would_send());
    let languages: Vec<_> = sending
        .filter_map(|check| match &check.subject {
            Subject::Template(_, _, language) => Some(language),
            Subject::Sender(_) | Subject::DefaultLanguage(..) => None,
        })
        .collect();
    let covered = language::select(None, default_language, &languages).is_some();
    Check {
        subject: Subject::DefaultLanguage(account, default_language.clone()),
        listed: None,
        problems: (!covered)
            .then_some(Problem::NotCovered)
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::channel::whatsapp::ProviderId;
    use crate::channel::whatsapp::template::CodeExpiry;
    use crate::ids::TemplateId;
    use crate::time::Timestamp;

    const SENDER: SenderId = SenderId(Uuid::nil());

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).expect(text)
    }

    fn stored(language: &str, status: TemplateStatus) -> AuthenticationTemplate {
        let plain = AuthenticationTemplate::assumed_approved(
            TemplateId(Uuid::nil()),
            SENDER,
            TemplateName::parse("otp_code").expect("name"),
            tag(language),
            Timestamp::from_unix_millis(0),
        );
        AuthenticationTemplate { status, ..plain }
    }

    fn listed(change: fn(&mut ListedTemplate)) -> ListedTemplate {
        let mut listed = ListedTemplate {
            provider_id: ProviderId::parse("7").expect("digits"),
            name: TemplateName::parse("otp_code").expect("name"),
            language: tag("ar"),
            status: TemplateStatus::APPROVED,
            reason: None,
            category: "AUTHENTICATION".to_owned(),
            has_code_button: true,
            time_to_live: TimeToLive::from_seconds(300),
            code_expiry: CodeExpiry::from_minutes(5).ok(),
        };
        change(&mut listed);
        listed
    }

    #[track_caller]
    fn check(stored_as: TemplateStatus, change: fn(&mut ListedTemplate), expected: &[Problem]) {
        let checked = check_template(&stored("ar", stored_as), Some(listed(change)));
        assert_eq!(checked.problems, expected);
    }

    #[test]
    fn each_problem_is_reported() {
        use TemplateStatus as Status;
        check(Status::APPROVED, |_| (), &[]);
        check(
            Status::APPROVED,
            |t| t.status = Status::PAUSED,
            &[Problem::NotApproved(Status::PAUSED)],
        );
        check(
            Status::PAUSED,
            |_| (),
            &[Problem::OutOfDate(Status::PAUSED)],
        );
        check(
            Status::APPROVED,
            |t| t.category = "UTILITY".to_owned(),
            &[Problem::NotAuthentication("UTILITY".to_owned())],
        );
        check(
            Status::APPROVED,
            |t| t.has_code_button = false,
            &[Problem::NoCodeButton],
        );
        for (ttl, outlasts) in [
            (Some(300), false),
            (Some(301), true),
            (Some(-1), true),
            (None, true),
        ] {
            let ttl = ttl.and_then(TimeToLive::from_seconds);
            let mut listed = listed(|_| ());
            listed.time_to_live = ttl;
            let checked = check_template(&stored("ar", Status::APPROVED), Some(listed));
            let expected: Vec<_> = outlasts
                .then_some(Problem::OutlastsCode(ttl))
                .into_iter()
                .collect();
            assert_eq!(checked.problems, expected);
            assert!(checked.would_send(), "a late message is still sent");
        }
    }

    #[test]
    fn a_sender_needs_a_template_that_is_not_deleted() {
        let problems = |stored: &[AuthenticationTemplate], listed: &[ListedTemplate]| {
            let checks = check_sender(SENDER, stored, listed);
            checks
                .into_iter()
                .flat_map(|check| check.problems)
                .collect::<Vec<_>>()
        };
        let approved = stored("ar", TemplateStatus::APPROVED);
        let deleted = stored("en", TemplateStatus::DELETED);
        assert_eq!(problems(&[], &[]), [Problem::NoTemplates]);
        assert_eq!(
            problems(std::slice::from_ref(&deleted), &[]),
            [Problem::NoTemplates]
        );
        assert_eq!(
            problems(&[approved.clone(), deleted], &[listed(|_| ())]),
            []
        );
        assert_eq!(problems(&[approved], &[]), [Problem::NotAtProvider]);
    }

    #[test]
    fn only_a_template_that_would_send_covers_the_default_language() {
        let account = AccountId(Uuid::nil());
        let good = check_template(
            &stored("ar", TemplateStatus::APPROVED),
            Some(listed(|_| ())),
        );
        let bad = check_template(&stored("en", TemplateStatus::APPROVED), None);
        for (language, covered) in [("ar", true), ("ar_EG", true), ("en", false), ("fr", false)] {
            let checks = [good.clone(), bad.clone()];
            let check = check_default_language(account, &tag(language), &checks);
            assert_eq!(check.would_send(), covered, "{language}");
        }
    }
}
