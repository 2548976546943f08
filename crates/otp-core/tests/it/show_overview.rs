//! The overview of an account.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::AccountRules;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::message::MessageStatus;
use otp_core::notice::LowBalance;
use otp_core::ports::Clock as _;
use otp_core::sealing::Purpose;
use otp_core::send::Outcome;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::show_overview::{
    Attention, CreditsLeft, FirstSteps, MessageCounts, Overview, ShowOverview, ShowOverviewError,
};
use otp_core::webhook::EventFilter;
use otp_core::webhook::endpoint::{DisabledReason, EndpointStanding, WebhookEndpoint};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, operator};
use uuid::Uuid;

async fn fixture() -> Fixture {
    Fixture::new(Arc::new(MemoryStore::default())).await
}

fn use_case(fixture: &Fixture) -> ShowOverview {
    otp_testkit::people::show_overview(fixture)
}

async fn overview(fixture: &Fixture) -> Overview {
    let shown = use_case(fixture).execute(fixture.account).await;
    shown.expect("an overview")
}

#[tokio::test]
async fn a_new_account_has_its_first_steps_before_it() {
    let fixture = fixture().await;
    let account = fixture.account_with_rules(AccountRules::default()).await;
    let shown = use_case(&fixture).execute(account).await.expect("shown");
    let expected = Overview {
        at: fixture.clock.now(),
        credits: CreditsLeft::default(),
        messages: MessageCounts::default(),
        newest: Vec::new(),
        attention: vec![Attention::NoCredits, Attention::NoSender],
        first_steps: FirstSteps::default(),
    };
    assert_eq!(shown, expected);
    assert!(!shown.first_steps.are_done());
}

#[tokio::test]
async fn messages_of_the_last_day_are_counted_by_what_became_of_them() {
    let fixture = fixture().await;
    fixture.grant(100).await;
    fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(25 * 60 * 60));
    let delivered = fixture.send(2).await;
    fixture
        .settle(&delivered, Outcome::Reported(MessageStatus::Delivered))
        .await;
    let failed = fixture.send(3).await;
    let failure = otp_testkit::sender::failure(131_026);
    fixture.settle(&failed, Outcome::Failed(failure)).await;
    fixture.send(4).await;
    let shown = overview(&fixture).await;
    let expected = MessageCounts {
        sent: 3,
        delivered: 1,
        failed: 1,
        is_capped: false,
    };
    assert_eq!(shown.messages, expected);
    let newest: Vec<_> = shown
        .newest
        .iter()
        .map(|message| message.record.id)
        .collect();
    assert_eq!(newest.len(), 4, "older ones are shown, and not counted");
    assert!(shown.first_steps.has_sent);
}

#[tokio::test]
async fn more_messages_than_are_looked_at_make_the_counts_least_ones() {
    let fixture = fixture().await;
    fixture.grant(200).await;
    for number in 0..100 {
        fixture.send(number).await;
    }
    let shown = overview(&fixture).await;
    assert_eq!(
        (shown.messages.sent, shown.messages.is_capped),
        (100, false)
    );
    fixture.send(100).await;
    let shown = overview(&fixture).await;
    assert_eq!((shown.messages.sent, shown.messages.is_capped), (100, true));
    assert_eq!(shown.newest.len(), 10);
    fixture.clock.advance(Duration::from_secs(25 * 60 * 60));
    let shown = overview(&fixture).await;
    assert_eq!(shown.messages, MessageCounts::default());
}

#[tokio::test]
async fn credits_are_low_by_the_rule_of_the_account() {
    for (percent, granted, spent, expected) in [
        (10, 20, 17, None),
        (10, 20, 18, Some(Attention::LowCredits)),
        (0, 20, 18, None),
        (10, 3, 3, Some(Attention::NoCredits)),
    ] {
        let mut fixture = fixture().await;
        let low_balance = LowBalance::try_new(percent).expect("a percentage");
        let rules = AccountRules {
            low_balance,
            ..AccountRules::default()
        };
        fixture.account = fixture.account_with_rules(rules).await;
        fixture.sealer = fixture.sealer_of(fixture.account).await;
        fixture.grant_to(fixture.account, granted).await;
        for number in 0..spent {
            fixture.send(number).await;
        }
        let shown = overview(&fixture).await;
        let about_credits =
            |one: &&Attention| matches!(one, Attention::NoCredits | Attention::LowCredits);
        let found = shown.attention.iter().find(about_credits).cloned();
        assert_eq!(found, expected, "{percent} % of {granted}, {spent} spent");
    }
}

#[tokio::test]
async fn a_key_that_expires_within_a_week_needs_a_person() {
    let fixture = fixture().await;
    let now = fixture.clock.now();
    let create = CreateApiKey {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let days = |days: u64| now + Duration::from_secs(days * 24 * 60 * 60);
    for (name, expires_at) in [
        ("soon", Some(days(6))),
        ("later", Some(days(8))),
        ("never", None),
        ("revoked", Some(days(1))),
    ] {
        let new = NewApiKey {
            account_id: fixture.account,
            name: name.to_owned(),
            expires_at,
        };
        let (key, _) = create
            .execute(new, AccountActor::Operator(operator()))
            .await
            .expect("a key");
        if name == "revoked" {
            let revoked = fixture.store.revoke(key.id, now, &fixture.entry()).await;
            assert!(revoked.expect("revoked"));
        }
    }
    let shown = overview(&fixture).await;
    let about_keys = |one: &Attention| matches!(one, Attention::KeyExpires { .. });
    let keys: Vec<_> = shown.attention.into_iter().filter(about_keys).collect();
    let expected = Attention::KeyExpires {
        name: "soon".to_owned(),
        at: days(6),
    };
    assert_eq!(keys, [expected]);
    fixture.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    let shown = overview(&fixture).await;
    let keys: Vec<_> = shown.attention.into_iter().filter(about_keys).collect();
    let expected = Attention::KeyExpires {
        name: "later".to_owned(),
        at: days(8),
    };
    assert_eq!(keys, [expected], "the first one is over");
}

#[tokio::test]
async fn an_endpoint_that_its_owner_did_not_disable_needs_a_person() {
    for (standing, expected) in [
        (EndpointStanding::Enabled, None),
        (EndpointStanding::Disabled(DisabledReason::ByOwner), None),
        (
            EndpointStanding::Disabled(DisabledReason::Failing),
            Some("https://shop.example/hooks"),
        ),
        (
            EndpointStanding::Disabled(DisabledReason::Gone),
            Some("https://shop.example/hooks"),
        ),
    ] {
        let fixture = fixture().await;
        let id = WebhookEndpointId(Uuid::from_u128(7));
        let seal = |purpose, text: &str| {
            fixture
                .sealer
                .seal(purpose, id.0, text, &*fixture.randomness)
        };
        let endpoint = WebhookEndpoint {
            id,
            account_id: fixture.account,
            url: Some(seal(Purpose::WebhookUrl, "https://shop.example/hooks")),
            description: None,
            events: EventFilter::ALL,
            standing,
            secret: seal(Purpose::WebhookSecret, "whsec_"),
            previous_secret: None,
            created_at: fixture.clock.now(),
        };
        let added = fixture
            .store
            .add_webhook_endpoint(&endpoint, &fixture.entry())
            .await;
        added.expect("added");
        let shown = overview(&fixture).await;
        assert!(shown.first_steps.has_webhook);
        let urls: Vec<_> = shown
            .attention
            .iter()
            .filter_map(|one| {
                if let Attention::EndpointDisabled { url } = one {
                    url.as_deref()
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(urls, Vec::from_iter(expected), "{standing:?}");
    }
}

#[tokio::test]
async fn nobody_has_an_overview() {
    let fixture = fixture().await;
    let nobody = AccountId(Uuid::from_u128(42));
    let shown = use_case(&fixture).execute(nobody).await;
    assert!(matches!(shown, Err(ShowOverviewError::AccountNotFound)));
}
