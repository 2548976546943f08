//! Tests of the choice of sender and template.

use uuid::Uuid;

use super::*;
use crate::channel::email;
use crate::channel::whatsapp::template::{TemplateName, TemplateStatus};
use crate::channel::whatsapp::{ProviderId, RoutedTo};
use crate::ids::{AccountId, SenderId, TemplateId};
use crate::sealing::Sealed;
use crate::send::SendingProfile;
use crate::time::Timestamp;

fn no_email() -> email::SenderProfile {
    email::SenderProfile {
        company: Sealed(Vec::new()),
        sender: None,
    }
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).expect(text)
}

/// Returns senders 1, 2, …, oldest first, with templates in these languages.
fn profile(languages: &[&[&str]]) -> SendingProfile {
    let sender = |number| Sender {
        id: SenderId(Uuid::from_u128(number)),
        account_id: AccountId(Uuid::nil()),
        phone_number_id: ProviderId::parse("1").expect("digits"),
        waba_id: ProviderId::parse("2").expect("digits"),
        phone: Sealed(Vec::new()),
        access_token: Sealed(Vec::new()),
        created_at: Timestamp::from_unix_millis(0),
    };
    let template = |(number, language): (u128, &str)| {
        AuthenticationTemplate::assumed_approved(
            TemplateId(Uuid::nil()),
            SenderId(Uuid::from_u128(number)),
            TemplateName::parse("otp_code").expect("name"),
            tag(language),
            Timestamp::from_unix_millis(0),
        )
    };
    let templates = (1..)
        .zip(languages)
        .flat_map(|(number, languages)| languages.iter().map(move |tag| (number, *tag)));
    let senders = (1..).zip(languages).map(|(number, _)| sender(number));
    SendingProfile::new(
        None,
        tag("ar"),
        senders.map(|sender| (sender, None)).collect(),
        templates.map(template).collect(),
        no_email(),
    )
}

#[track_caller]
fn check(
    senders: &[&[&str]],
    preferred_language: Option<&str>,
    expected: Result<(u128, &str), NoRoute>,
) {
    let profile = profile(senders);
    let preferred_language = preferred_language.map(tag);
    let route = profile.route(preferred_language.as_ref());
    let found = route.map(|r| (r.sender.id.0.as_u128(), r.template.language.as_str()));
    assert_eq!(found, expected);
}

#[test]
fn without_a_sender_there_is_no_route() {
    check(&[], Some("en"), Err(NoRoute::NoSender));
}

#[test]
fn without_a_fitting_template_there_is_no_route() {
    check(&[&[]], Some("en"), Err(NoRoute::NoTemplate));
    check(&[&["fr"]], Some("en"), Err(NoRoute::NoTemplate));
}

#[test]
fn the_language_matters_more_than_the_sender() {
    check(&[&["ar"], &["ar", "en"]], Some("en"), Ok((2, "en")));
    check(&[&["ar"], &["ar", "en"]], None, Ok((1, "ar")));
}

#[test]
fn the_oldest_sender_that_has_the_language_carries_the_message() {
    let mut senders = Vec::new();
    let mut templates = Vec::new();
    for (number, age) in [(1, 30), (2, 10), (3, 20)] {
        let mut one = profile(&[&["ar"]]).senders.remove(0);
        one.sender.id = SenderId(Uuid::from_u128(number));
        one.sender.created_at = Timestamp::from_unix_millis(age);
        one.templates[0].sender_id = one.sender.id;
        senders.push((one.sender, None));
        templates.append(&mut one.templates);
    }
    let profile = SendingProfile::new(None, tag("ar"), senders, templates, no_email());
    let order: Vec<_> = profile
        .senders
        .iter()
        .map(|of| of.sender.id.0.as_u128())
        .collect();
    assert_eq!(order, [2, 3, 1]);
    let route = profile.route(None).expect("a route");
    assert_eq!(route.sender.id.0.as_u128(), 2);
}

#[test]
fn a_template_that_is_out_of_use_is_skipped() {
    let full = profile(&[&["ar", "en"]]).senders.remove(0);
    for (status, expected) in [
        (TemplateStatus::APPROVED, Ok("en")),
        (TemplateStatus::PAUSED, Ok("ar")),
    ] {
        let mut templates = full.templates.clone();
        templates[1].status = status;
        let profile = SendingProfile::new(
            None,
            tag("ar"),
            vec![(full.sender.clone(), None)],
            templates,
            no_email(),
        );
        let route = profile.route(Some(&tag("en")));
        assert_eq!(
            route.map(|route| route.template.language.as_str()),
            expected
        );
    }
    let mut templates = full.templates;
    for template in &mut templates {
        template.status = TemplateStatus::DISABLED;
    }
    let profile = SendingProfile::new(
        None,
        tag("ar"),
        vec![(full.sender, None)],
        templates,
        no_email(),
    );
    assert_eq!(profile.route(None), Err(NoRoute::NoTemplate));
}

#[test]
fn a_message_keeps_the_sender_and_the_template_that_it_was_routed_to() {
    let mut profile = profile(&[&["ar"], &["ar", "en"]]);
    let templates = profile.senders.iter_mut().flat_map(|of| &mut of.templates);
    for (number, template) in (1..).zip(templates) {
        template.id = TemplateId(Uuid::from_u128(number));
    }
    for (sender, template, is_found) in [
        (1, 1, true),
        (2, 2, true),
        (2, 3, true),
        (1, 2, false),
        (3, 1, false),
    ] {
        let routed_to = RoutedTo {
            sender_id: SenderId(Uuid::from_u128(sender)),
            template_id: TemplateId(Uuid::from_u128(template)),
            language: tag("ar"),
        };
        let found = profile.find_route(&routed_to);
        let found = found.map(|r| (r.sender.id.0.as_u128(), r.template.id.0.as_u128()));
        assert_eq!(found, is_found.then_some((sender, template)));
    }
}

#[test]
fn a_stopped_sender_carries_a_message_only_if_no_other_can() {
    for (stopped, expected) in [
        (&[][..], (1, "en", false)),
        (&[1], (2, "ar", false)),
        (&[2], (1, "en", false)),
        (&[1, 2], (1, "en", true)),
    ] {
        let mut profile = profile(&[&["ar", "en"], &["ar"]]);
        for number in stopped {
            let at = Timestamp::from_unix_millis(0);
            profile.senders[number - 1].stop = Some(SenderStop::by_operator(at));
        }
        let route = profile.route(Some(&tag("en"))).expect("a route");
        let language = route.template.language.as_str();
        let found = (route.sender.id.0.as_u128(), language, route.stop.is_some());
        assert_eq!(found, expected, "stopped: {stopped:?}");
    }
}
