//! `GET /v1/insights`.

use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::MessageId;
use otp_core::insights::{FunnelFacts, InsightsQuery, MessageProgress};
use otp_core::message::{CodeOutcome, MessageStatus};
use otp_core::ports::PortError;
use otp_core::region::Region;
use otp_core::time::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::support::{ACCOUNT, NOW, World, get};

const DAY: Duration = Duration::from_secs(86_400);

fn message(number: u128) -> MessageProgress {
    MessageProgress {
        id: MessageId(Uuid::from_u128(number)),
        created_at: Timestamp::parse("2026-05-14T09:13:42.812Z").unwrap(),
        status: MessageStatus::Read,
        channel: Channel::WhatsApp,
        region: Region::parse("SA").ok(),
        template: TemplateName::parse("otp_code").ok(),
        was_sent: true,
        delivered_at: Timestamp::parse("2026-05-14T09:13:45.250Z").ok(),
        was_read: true,
        failure_code: None,
        outcome: Some(CodeOutcome::Verified),
        verification: None,
    }
}

fn mail(number: u128) -> MessageProgress {
    MessageProgress {
        status: MessageStatus::Sent,
        channel: Channel::Email,
        region: None,
        template: None,
        delivered_at: None,
        was_read: false,
        outcome: None,
        ..message(number)
    }
}

/// A world whose store has these messages, and is asked about this period once.
fn world(from: Timestamp, until: Timestamp, messages: Vec<MessageProgress>) -> World {
    let mut world = World::new();
    let expected = InsightsQuery {
        account_id: ACCOUNT,
        from,
        until,
        most: 50_000,
    };
    let facts = FunnelFacts {
        messages,
        siblings: Vec::new(),
    };
    world
        .insights
        .expect_funnel_facts()
        .times(1)
        .withf(move |query| *query == expected)
        .returning(move |_| Ok(Some(facts.clone())));
    world
}

#[actix_web::test]
async fn the_funnel_of_each_group_is_shown() {
    let messages = || vec![message(1), message(2), mail(3)];
    let counted = |key: Option<&str>, whatsapp: u64, mails: u64| {
        let time = (whatsapp > 0).then_some(2_438);
        json!({
            "key": key,
            "accepted": whatsapp + mails,
            "sent": whatsapp + mails,
            "delivered": whatsapp,
            "read": whatsapp,
            "verified": whatsapp,
            "p50Ms": time,
            "p95Ms": time,
        })
    };
    for (group_by, rows) in [
        (
            "country",
            vec![counted(Some("SA"), 2, 0), counted(None, 0, 1)],
        ),
        (
            "template",
            vec![counted(Some("otp_code"), 2, 0), counted(None, 0, 1)],
        ),
        (
            "channel",
            vec![
                counted(Some("whatsapp"), 2, 0),
                counted(Some("email"), 0, 1),
            ],
        ),
        ("day", vec![counted(Some("2026-05-14"), 2, 1)]),
    ] {
        let world = world(NOW - DAY, NOW, messages());
        let path = format!("/v1/insights?groupBy={group_by}");
        let answer = world.ask(get(&path)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json(), json!({"data": rows}), "{group_by}");
    }
}

#[actix_web::test]
async fn a_period_is_the_last_day_unless_the_query_says_otherwise() {
    let (early, late) = ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z");
    let at = |text| Timestamp::parse(text).unwrap();
    for (query, from, until) in [
        (String::new(), NOW - DAY, NOW),
        (format!("?from={early}"), at(early), NOW),
        (format!("?until={late}"), at(early), at(late)),
        (
            format!("?from={late}&until={late}&groupBy=day"),
            at(late),
            at(late),
        ),
    ] {
        let world = world(from, until, Vec::new());
        let answer = world.ask(get(&format!("/v1/insights{query}"))).await;
        assert_eq!(answer.json(), json!({"data": []}), "{query}");
    }
}

#[actix_web::test]
async fn a_period_with_too_many_messages_is_refused() {
    for (language, sentence) in [
        (
            "en",
            "The period has more than 50000 messages. Choose a shorter one, with a later from.",
        ),
        (
            "ar",
            "تضم الفترة أكثر من 50000 رسالة. اختر فترة أقصر، بقيمة لاحقة للحقل \u{2066}from\u{2069}.",
        ),
    ] {
        let mut world = World::new();
        world.insights.expect_funnel_facts().returning(|_| Ok(None));
        let request = get("/v1/insights").insert_header(("Accept-Language", language));
        let answer = world.ask(request).await;
        assert_eq!(answer.error(), (400, "InvalidRequest".into()));
        assert_eq!(answer.json()["field"], "from");
        assert_eq!(answer.json()["description"], sentence);
    }
}

#[actix_web::test]
async fn a_query_that_cannot_be_read_is_refused_as_by_the_lists() {
    for (query, sentence) in [
        (
            "groupBy=Day",
            "The query parameter groupBy must be one of country, template, channel and day.",
        ),
        (
            "from=yesterday",
            "The query parameter from must be a time such as 2026-11-20T09:30:00Z (RFC 3339).",
        ),
        (
            "day=1",
            "The query parameter day does not exist. The parameters are from, until and groupBy.",
        ),
    ] {
        let request = get(&format!("/v1/insights?{query}"))
            .insert_header(("Accept", "application/problem+json"));
        let answer = World::new().ask(request).await;
        assert_eq!(answer.status, 400, "{query}");
        let problem = answer.json();
        assert_eq!(problem["errorMessage"], "InvalidQueryParameter", "{query}");
        assert_eq!(problem["detail"], sentence, "{query}");
    }
    let mut world = World::new();
    world
        .insights
        .expect_funnel_facts()
        .returning(|_| Err(PortError::Unavailable("too long".into())));
    let answer = world.ask(get("/v1/insights")).await;
    assert_eq!(answer.error(), (503, "InternalServerError".into()));
}
