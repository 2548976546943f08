//! The watch reports once that a gap has ended, and listens to the provider only.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::notification_gaps::GAP;
use otp_core::ports::{MockProviderWebhook, ProviderWebhook, WebhookRefusal};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_hot_path::GapWatch;
use otp_testkit::contract::fixture::START;

/// Watches a webhook that believes the signature `good`.
fn watch() -> GapWatch {
    let mut webhook = MockProviderWebhook::new();
    webhook
        .expect_open()
        .returning(|signature, _, _| match signature {
            Some("good") => Ok(ProviderWebhookPayload::default()),
            _ => Err(WebhookRefusal::InvalidSignature),
        });
    GapWatch::new(Arc::new(webhook))
}

/// Whether the watch reports a gap. With paused time the limit passes at once.
async fn reports(watch: &GapWatch) -> bool {
    let limit = Duration::from_secs(1);
    tokio::time::timeout(limit, watch.ended()).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_gap_is_reported_once_whoever_waits_later() {
    let watch = watch();
    let open = |at| watch.open(Some("good"), b"", at).expect("signed");
    open(START);
    assert!(!reports(&watch).await);
    open(START + GAP);
    open(START + GAP);
    assert!(reports(&watch).await);
    assert!(!reports(&watch).await);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_provider_did_not_sign_neither_ends_nor_hides_a_gap() {
    let watch = watch();
    watch.open(Some("good"), b"", START).expect("signed");
    for minute in 1..60 {
        let at = START + Duration::from_secs(minute * 60);
        let refused = watch.open(Some("bad"), b"", at);
        assert_eq!(refused, Err(WebhookRefusal::InvalidSignature));
    }
    assert!(!reports(&watch).await);
    watch
        .open(Some("good"), b"", START + GAP * 2)
        .expect("signed");
    assert!(reports(&watch).await);
}
