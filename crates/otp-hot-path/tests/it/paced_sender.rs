//! Tests of pacing: the calls that are held back, the answers to their callers, and the cost of a
//! send.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{self, AccessToken, ProviderId, WhatsAppLimits};
use otp_core::ids::{MessageId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::ports::{MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError};
use otp_core::recipient::PhoneNumber;
use otp_hot_path::PacedSender;
use otp_testkit::ScriptedSender;
use otp_testkit::channel_double::{DoubleLimits, double_message};
use otp_testkit::sender::refusal;
use uuid::Uuid;

fn message(sender: u128, recipient: u32) -> OutgoingMessage {
    OutgoingMessage::WhatsApp(whatsapp::OutgoingMessage {
        message_id: MessageId(Uuid::from_u128(7)),
        to: PhoneNumber::parse(&format!("+96655{recipient:07}")).expect("valid"),
        passcode: Passcode::parse(Some("482913")).expect("valid"),
        template: TemplateName::parse("otp_code").expect("valid"),
        language: LanguageTag::parse("ar").expect("valid"),
        sender_id: SenderId(Uuid::from_u128(sender)),
        phone_number_id: ProviderId::parse("106540352242922").expect("valid"),
        access_token: AccessToken::parse("EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD").expect("valid"),
        timeout: Duration::from_secs(5),
    })
}

fn paced(provider: Arc<dyn MessageSender>) -> PacedSender<WhatsAppLimits> {
    PacedSender::new(provider)
}

fn retry(scope: RefusalScope, code: i32, after: Option<Duration>) -> SendError {
    let refusal = ProviderRefusal {
        scope,
        ..refusal(429, code)
    };
    SendError::Retry { refusal, after }
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_is_too_fast_is_held_with_the_providers_refusal() {
    let throttled = retry(RefusalScope::Sender, 130_429, Some(Duration::from_secs(3)));
    let provider = Arc::new(ScriptedSender::answering([Err(throttled.clone())]));
    let paced = self::paced(provider.clone());

    assert_eq!(paced.send(&message(1, 1)).await, Err(throttled.clone()));
    assert_eq!(paced.send(&message(1, 2)).await, Err(throttled));
    assert_eq!(provider.calls().len(), 1, "the second was held back");
    assert!(paced.send(&message(2, 2)).await.is_ok(), "another sender");
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(paced.send(&message(1, 2)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_silent_provider_is_called_ten_times_and_then_with_one_probe_at_a_time() {
    let silence = || Err(SendError::Unknown);
    let provider = Arc::new(ScriptedSender::answering((0..11).map(|_| silence())));
    let paced = self::paced(provider.clone());
    for n in 0..10 {
        assert_eq!(paced.send(&message(1, n)).await, silence());
    }
    for n in 10..30 {
        let held = paced.send(&message(1, n)).await;
        let Err(SendError::Retry { refusal, after }) = held else {
            panic!("{held:?}")
        };
        assert_eq!(
            (refusal.http_status, after),
            (None, Some(Duration::from_secs(1)))
        );
    }
    assert_eq!(provider.calls().len(), 10);
    assert_eq!(paced.open_breakers().len(), 1);

    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(paced.send(&message(1, 40)).await, silence(), "the probe");
    assert!(matches!(
        paced.send(&message(1, 41)).await,
        Err(SendError::Retry { after: Some(after), .. }) if after == Duration::from_secs(2)
    ));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(paced.send(&message(1, 42)).await.is_ok());
    assert!(paced.send(&message(1, 43)).await.is_ok());
    assert_eq!(paced.open_breakers(), []);
}

#[tokio::test(start_paused = true)]
async fn each_channel_is_paced_by_its_own_limits_and_lets_others_pass() {
    let throttled = retry(RefusalScope::Sender, 421, Some(Duration::from_secs(3)));
    let provider = Arc::new(ScriptedSender::answering([Err(throttled.clone())]));
    let double: PacedSender<DoubleLimits> = PacedSender::new(provider.clone());
    assert_eq!(
        double.send(&double_message("amal")).await,
        Err(throttled.clone())
    );
    assert_eq!(double.send(&double_message("badr")).await, Err(throttled));
    assert_eq!(provider.calls().len(), 1, "the second was held back");
    assert!(double.send(&message(1, 1)).await.is_ok(), "another channel");
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(double.send(&double_message("badr")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures: cargo test -p otp-hot-path --release -- --ignored --nocapture a_send"]
async fn a_send_that_is_not_held_costs_under_20_microseconds() {
    const SENDS: u32 = 1_000_000;
    struct Accepting;
    #[async_trait::async_trait]
    impl MessageSender for Accepting {
        async fn send(&self, _: &OutgoingMessage) -> Result<otp_core::ports::Accepted, SendError> {
            Err(SendError::Refused(refusal(400, 131_026)))
        }
    }
    let time = async |sender: &dyn MessageSender| {
        let message = message(1, 1);
        let started = std::time::Instant::now();
        for _ in 0..SENDS {
            std::hint::black_box(sender.send(&message).await).expect_err("refused");
        }
        started.elapsed() / SENDS
    };
    let alone = time(&Accepting).await;
    let paced = time(&self::paced(Arc::new(Accepting))).await;
    let cost = paced.saturating_sub(alone);
    assert!(cost < Duration::from_micros(20), "{cost:?} per send");
    #[expect(clippy::print_stdout, reason = "prints the measurement")]
    {
        println!("pacing costs {cost:?} per send");
    }
}
