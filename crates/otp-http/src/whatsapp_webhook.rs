//! `GET` and `POST /webhooks/whatsapp`: Meta's handshake, and what it reports.
//!
//! Meta repeats for days whatever is not answered 200. So that answer says that every receipt is
//! durable, and nothing else may be answered with it.
//!
//! The path is open to everybody, and takes larger bodies than any other. What it may hold in memory at
//! a time is bounded for all callers together; whoever comes when there is no room is told to repeat.

use std::sync::Arc;

use actix_web::http::header::{ContentType, HeaderName};
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use otp_core::ports::WebhookRefusal;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body;
use crate::context::RequestContext;
use crate::error::{ApiError, ErrorCode, NO_STORE};
use crate::state::{ApiState, WhatsAppWebhook};

/// Its path.
pub(crate) const PATH: &str = "/webhooks/whatsapp";

/// Carries the signature.
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

/// Longest body read, in bytes: Meta reports up to a thousand things at once.
const LIMIT: usize = 4 * 1_024 * 1_024;

/// Bytes of bodies held at a time, of all callers together.
const HELD: usize = 16 * LIMIT;

/// Notifications applied at a time; more wait, and Meta with them.
const AT_A_TIME: usize = 256;

/// The way in, and how many may be on it.
pub(crate) struct Intake {
    webhook: WhatsAppWebhook,
    held: Arc<Semaphore>,
    at_a_time: Arc<Semaphore>,
}

impl Intake {
    pub(crate) fn new(webhook: WhatsAppWebhook) -> Self {
        Self {
            webhook,
            held: Arc::new(Semaphore::new(HELD)),
            at_a_time: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }
}

/// Meta's question whether this address is ours. Fields it lacks are left to the refusal.
#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
}

/// Answers the handshake with its challenge.
pub(crate) async fn get(request: HttpRequest, intake: Data<Intake>) -> HttpResponse {
    let asked = Query::<Handshake>::from_query(request.query_string()).ok();
    let answer = asked.and_then(|asked| {
        let provider = &intake.webhook.provider;
        provider.handshake(
            asked.mode.as_deref(),
            asked.token.as_deref(),
            asked.challenge.as_deref(),
        )
    });
    match answer {
        Some(challenge) => HttpResponse::Ok()
            .insert_header(NO_STORE)
            .insert_header(ContentType::plaintext())
            .body(challenge),
        None => {
            tracing::warn!("a webhook's handshake without whatsapp.verify_token was refused");
            ApiError::Plain(ErrorCode::InvalidVerifyToken).answer(&RequestContext::of(&request))
        }
    }
}

/// Takes a notification, and answers once it is durable.
pub(crate) async fn post(
    request: HttpRequest,
    payload: Payload,
    state: Data<ApiState>,
    intake: Data<Intake>,
) -> HttpResponse {
    match take(&request, payload, &state, &intake).await {
        Ok(()) => HttpResponse::Ok().insert_header(NO_STORE).finish(),
        Err(error) => error.answer(&RequestContext::of(&request)),
    }
}

async fn take(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
    intake: &Intake,
) -> Result<(), ApiError> {
    let signature = request.headers().get(SIGNATURE);
    // Without one the body is not even read.
    let signature = signature
        .and_then(|signature| signature.to_str().ok())
        .ok_or_else(unsigned)?;
    // Given back when the request ends, however it ends.
    let mut held: Option<OwnedSemaphorePermit> = None;
    let limit = (LIMIT, ErrorCode::NotificationTooLarge);
    let body = body::receive(request, payload, limit, |bytes| {
        hold(intake, &mut held, bytes)
    })
    .await?;
    let WhatsAppWebhook {
        provider,
        handle_provider_webhook,
        clock,
    } = &intake.webhook;
    let notification = provider
        .open(Some(signature), &body, clock.now())
        .map_err(|refusal| match refusal {
            WebhookRefusal::InvalidSignature => unsigned(),
            WebhookRefusal::Malformed => malformed(),
        })?;
    drop(body);
    if notification.is_empty() {
        return Ok(());
    }
    let turn = Arc::clone(&intake.at_a_time).acquire_owned().await;
    let turn = turn.map_err(|closed| ApiError::Unavailable(closed.into()))?;
    let handle_provider_webhook = handle_provider_webhook.clone();
    let applied = state.run(async move {
        let applied = handle_provider_webhook.execute(notification).await;
        drop(turn);
        applied
    });
    Ok(applied.await??)
}

fn hold(
    intake: &Intake,
    held: &mut Option<OwnedSemaphorePermit>,
    bytes: usize,
) -> Result<(), ApiError> {
    let too_many = || ApiError::Unavailable("too many notifications at once".into());
    let bytes = u32::try_from(bytes).map_err(|_| too_many())?;
    let more = Arc::clone(&intake.held).try_acquire_many_owned(bytes);
    let more = more.map_err(|_| too_many())?;
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
    Ok(())
}

fn unsigned() -> ApiError {
    tracing::warn!("a notification that is not signed with whatsapp.app_secret was refused");
    ApiError::Plain(ErrorCode::InvalidSignature)
}

fn malformed() -> ApiError {
    tracing::warn!("WhatsApp signed a notification that cannot be read");
    ApiError::Plain(ErrorCode::MalformedRequestBody)
}

#[cfg(test)]
mod tests {
    use otp_core::ports::{
        MockClock, MockNoticeOutbox, MockOptOuts, MockProviderWebhook, MockReceipts,
        MockRecipientIdentities, MockSendLedger, MockSenderHealths, MockSenders, MockTemplates,
    };
    use otp_core::usecases::apply_receipts::ApplyReceipts;
    use otp_core::usecases::apply_sender_events::ApplySenderEvents;
    use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
    use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
    use otp_core::usecases::record_consent::RecordConsent;

    use super::*;

    fn intake() -> Intake {
        let receipts = Arc::new(MockReceipts::new());
        Intake::new(WhatsAppWebhook {
            provider: Arc::new(MockProviderWebhook::new()),
            handle_provider_webhook: HandleProviderWebhook {
                apply_receipts: ApplyReceipts::new(
                    receipts,
                    Arc::new(MockSendLedger::new()),
                    Arc::new(MockRecipientIdentities::new()),
                ),
                record_consent: RecordConsent::new(
                    Arc::new(MockOptOuts::new()),
                    Arc::new(MockRecipientIdentities::new()),
                ),
                apply_template_events: ApplyTemplateEvents {
                    templates: Arc::new(MockTemplates::new()),
                    senders: Arc::new(MockSenders::new()),
                    outbox: Arc::new(MockNoticeOutbox::new()),
                    clock: Arc::new(MockClock::new()),
                },
                apply_sender_events: ApplySenderEvents {
                    senders: Arc::new(MockSenders::new()),
                    healths: Arc::new(MockSenderHealths::new()),
                    clock: Arc::new(MockClock::new()),
                },
            },
            clock: Arc::new(MockClock::new()),
        })
    }

    #[test]
    fn bodies_are_held_as_long_as_there_is_room_and_give_it_back() {
        let intake = intake();
        let mut requests: Vec<Option<OwnedSemaphorePermit>> = Vec::new();
        for _ in 0..HELD / LIMIT {
            let mut held = None;
            // In parts, as bodies come.
            for _ in 0..4 {
                hold(&intake, &mut held, LIMIT / 4).expect("room");
            }
            requests.push(held);
        }
        let mut late = None;
        let refused = hold(&intake, &mut late, 1);
        assert!(matches!(refused, Err(ApiError::Unavailable(_))));
        requests.pop();
        hold(&intake, &mut late, LIMIT).expect("room again");
    }
}
