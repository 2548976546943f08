//! Each judgement of a sender, at its edges.

use uuid::Uuid;

use super::*;
use crate::channel::whatsapp::template::preflight::{Problem, Subject, check_failed};
use crate::channel::whatsapp::template::{TemplateName, TemplateStatus};
use crate::ids::{AccountId, SenderId};
use crate::language::LanguageTag;
use crate::message::Failure;
use crate::ports::{ProviderRefusal, RefusalScope};

const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn token(expires_at: Option<Timestamp>, scopes: &[&str]) -> TokenFacts {
    TokenFacts {
        is_valid: true,
        app_id: None,
        expires_at,
        scopes: scopes.iter().copied().map(str::to_owned).collect(),
    }
}

fn refused(code: i64) -> ProviderError {
    ProviderError::Refused {
        code,
        subcode: None,
        words: "Meta's words".to_owned(),
    }
}

fn refusal() -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        message: "blocked".to_owned(),
        failure: Failure {
            code: Some(131_031),
            title: "Blocked: WABA".to_owned(),
            reason: "a policy was violated".to_owned(),
        },
        scope: RefusalScope::SenderUntilFixed,
    }
}

#[track_caller]
fn check(finding: &Finding, verdict: &str, word: &str) {
    assert_eq!(finding.verdict.as_str(), verdict, "{finding:?}");
    assert!(finding.found.contains(word), "{word}: {finding:?}");
}

#[test]
fn a_token_is_judged_by_validity_permissions_and_end() {
    let both = [MESSAGING, MANAGEMENT];
    for (facts, verdict, word) in [
        (token(None, &both), "ok", "no end"),
        (token(None, &[]), "ok", "no end"),
        (token(Some(NOW + DAY * 15), &both), "ok", "ends on"),
        (
            token(Some(NOW + DAY * 14), &both),
            "warning",
            "ends on 2027-01-29",
        ),
        (token(Some(NOW), &both), "problem", "any more"),
        (token(None, &[MANAGEMENT]), "problem", MESSAGING),
        (token(None, &[MESSAGING]), "warning", "may not ask"),
    ] {
        check(&judge_token(&Ok(facts), NOW), verdict, word);
    }
    let revoked = TokenFacts {
        is_valid: false,
        ..token(None, &both)
    };
    assert!(!may_ask_on(&Ok(revoked.clone())));
    check(&judge_token(&Ok(revoked), NOW), "problem", "any more");
}

#[test]
fn a_refused_question_about_the_token_need_not_concern_the_token() {
    for (error, verdict, goes_on) in [
        (refused(190), "problem", false),
        (refused(0), "problem", false),
        (refused(100), "warning", true),
        (refused(200), "warning", true),
        (
            ProviderError::Unavailable("no answer in time".to_owned()),
            "problem",
            false,
        ),
    ] {
        let asked = Err(error);
        assert_eq!(
            judge_token(&asked, NOW).verdict.as_str(),
            verdict,
            "{asked:?}"
        );
        assert_eq!(may_ask_on(&asked), goes_on, "{asked:?}");
    }
}

#[test]
fn a_number_is_judged_by_state_quality_and_limit() {
    let rated = |quality, limit: Option<&str>| {
        Examination::Able(Rating {
            quality,
            messaging_limit: limit.map(str::to_owned),
        })
    };
    let green = Some(Quality::Green);
    for (examination, verdict, word) in [
        (rated(green, Some("TIER_1K")), "ok", "TIER_1K"),
        (rated(None, None), "ok", "not named"),
        (rated(Some(Quality::Unknown), None), "ok", "UNKNOWN"),
        (
            rated(Some(Quality::Yellow), Some("TIER_1K")),
            "warning",
            "YELLOW",
        ),
        (rated(Some(Quality::Red), None), "warning", "RED"),
        (rated(green, Some("TIER_250")), "warning", "TIER_250"),
        (
            Examination::Unable(refusal(), Rating::default()),
            "problem",
            "a policy",
        ),
        (Examination::NotShown(refusal()), "warning", "does not show"),
        (Examination::Silent, "warning", "no valid answer"),
    ] {
        check(&judge_number(&examination, false), verdict, word);
    }
    let stopped = judge_number(&rated(green, None), true);
    check(&stopped, "warning", "an operator stopped it");
}

#[test]
fn an_account_has_to_be_approved_and_should_be_verified() {
    let facts = |review: Option<&str>, verification: Option<&str>| AccountFacts {
        review: review.map(str::to_owned),
        verification: verification.map(str::to_owned),
    };
    for (facts, verdict) in [
        (facts(Some("APPROVED"), Some("verified")), "ok"),
        (facts(None, None), "ok"),
        (facts(Some("APPROVED"), Some("not_verified")), "warning"),
        (facts(Some("PENDING"), Some("verified")), "problem"),
        (facts(Some("REJECTED"), None), "problem"),
    ] {
        let asked = Ok(facts);
        assert_eq!(judge_account(&asked).verdict.as_str(), verdict, "{asked:?}");
    }
    check(
        &judge_account(&Err(refused(200))),
        "warning",
        "Meta's words",
    );
}

#[test]
fn the_app_of_the_token_has_to_be_subscribed() {
    let id = |id: &str| ProviderId::parse(id).expect("digits");
    let app = |id: Option<ProviderId>| SubscribedApp { id };
    let (ours, other) = (id("1"), id("2"));
    for (apps, has_secrets, verdict) in [
        (vec![app(Some(ours.clone()))], true, "ok"),
        (vec![app(None)], true, "ok"),
        (vec![app(Some(other.clone()))], true, "problem"),
        (vec![], true, "problem"),
        (vec![app(Some(ours.clone()))], false, "warning"),
    ] {
        let finding = judge_webhook(&Ok(apps.clone()), Some(&ours), has_secrets);
        assert_eq!(finding.verdict.as_str(), verdict, "{apps:?} {has_secrets}");
    }
    let finding = judge_webhook(&Ok(vec![app(Some(other))]), None, true);
    check(&finding, "ok", "the app gets");
    let cause = ProviderError::Unavailable("no answer in time".to_owned());
    check(
        &judge_webhook(&Err(cause), None, true),
        "warning",
        "no answer in time",
    );
}

#[test]
fn a_template_that_would_not_send_is_a_problem_with_its_own_remedy() {
    let sender = SenderId(Uuid::nil());
    let tag = LanguageTag::parse("ar").expect("a language");
    let name = TemplateName::parse("otp_code").expect("a name");
    let subject = Subject::Template(sender, name, tag.clone());
    let template = |problems: Vec<Problem>| preflight::Check {
        subject: subject.clone(),
        listed: None,
        problems,
    };
    let late = Problem::OutlastsCode(None);
    let paused = Problem::NotApproved(TemplateStatus::PAUSED);
    let finding = judge_template(&template(vec![]));
    check(&finding, "ok", "otp_code in ar can send");
    assert!(
        finding
            .about
            .is_some_and(|about| about.starts_with("sender "))
    );
    check(
        &judge_template(&template(vec![late.clone()])),
        "warning",
        "live longer",
    );
    let finding = judge_template(&template(vec![late, paused]));
    check(
        &finding,
        "problem",
        "live longer than their code: WhatsApp's default of 600 s; WhatsApp has not",
    );
    let remedy = finding.verdict.remedy().expect("a remedy");
    assert!(
        remedy.contains("WhatsApp Manager"),
        "that of the worst: {remedy}"
    );
    let whole = judge_template(&check_failed(sender, Problem::NoTemplates));
    check(&whole, "problem", "templates: the sender has no templates");
    let language = preflight::Check {
        subject: Subject::DefaultLanguage(AccountId(Uuid::nil()), tag),
        listed: None,
        problems: vec![Problem::NotCovered],
    };
    check(&judge_template(&language), "problem", "default language ar");
}

#[test]
fn senders_that_cannot_be_asked_about_have_a_finding() {
    check(&no_senders(), "warning", "no sender");
    check(&token_unreadable("it is damaged"), "problem", "damaged");
}
