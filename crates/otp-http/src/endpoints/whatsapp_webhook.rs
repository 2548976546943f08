//! `GET` and `POST /webhooks/whatsapp`: Meta's handshake and its notifications.
//!
//! Meta repeats a notification for days until it is answered with 200. So that answer means that the
//! whole notification is durable, and nothing else is answered with it.

mod intake;

use actix_web::http::header::{ContentType, HeaderName};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use metrics::counter;
use otp_core::ports::WebhookRefusal;
use otp_core::receipt::DroppedReceipts;
use otp_edge::{BodyError, NO_STORE, RequestContext, resource_at};
use serde::Deserialize;

use crate::error::{ApiError, ErrorCode};
use crate::state::{ApiState, WhatsAppWebhook};

pub(crate) use intake::Intake;
use intake::IntakeError;

/// The counter of dropped receipts, by reason.
pub const DROPPED_RECEIPTS: &str = "otp_receipts_dropped_total";

const PATH: &str = "/webhooks/whatsapp";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get_without_head(get).post(post).finish()
}

/// The header with the signature.
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

/// Meta's question whether this address belongs to us. A missing field leads to a refusal.
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
async fn get(request: HttpRequest, intake: Data<Intake>) -> HttpResponse {
    let handshake = web::Query::<Handshake>::from_query(request.query_string()).ok();
    let challenge = handshake.and_then(|handshake| {
        intake.webhook.provider.handshake(
            handshake.mode.as_deref(),
            handshake.token.as_deref(),
            handshake.challenge.as_deref(),
        )
    });
    match challenge {
        Some(challenge) => HttpResponse::Ok()
            .insert_header(NO_STORE)
            .insert_header(ContentType::plaintext())
            .body(challenge),
        None => {
            tracing::warn!("refused a webhook handshake without whatsapp.verify_token");
            ApiError::Plain(ErrorCode::InvalidVerifyToken).answer(&RequestContext::of(&request))
        }
    }
}

/// Takes a notification, and answers once it is durable.
async fn post(
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
    // Without a signature the body is not even read.
    let signature = signature
        .and_then(|signature| signature.to_str().ok())
        .ok_or_else(unsigned)?;
    let body = intake.receive(request, payload).await?;
    let WhatsAppWebhook {
        provider,
        handle_provider_webhook,
        clock,
    } = &intake.webhook;
    let notification = provider
        .open(Some(signature), &body.bytes, clock.now())
        .map_err(|refusal| match refusal {
            WebhookRefusal::InvalidSignature => unsigned(),
            WebhookRefusal::Malformed => malformed(),
        })?;
    let room = body.into_room();
    if notification.is_empty() {
        return Ok(());
    }
    let turn = intake.turn().await?;
    let handle_provider_webhook = handle_provider_webhook.clone();
    let applied = state.runner.run(async move {
        let applied = handle_provider_webhook.execute(notification).await;
        drop(turn);
        applied
    });
    let applied = applied.await?;
    drop(room);
    note_dropped_receipts(&applied?);
    Ok(())
}

/// Counts and logs dropped receipts. Meta gets its 200: otherwise it would repeat them for days.
pub fn note_dropped_receipts(dropped: &DroppedReceipts) {
    if dropped.total() == 0 {
        return;
    }
    for (reason, count) in dropped.by_reason() {
        counter!(DROPPED_RECEIPTS, "reason" => reason).increment(count as u64);
    }
    tracing::warn!(
        other_sender = dropped.other_sender,
        other_message = dropped.other_message,
        unknown_sender = dropped.unknown_sender,
        "dropped receipts that are not about our messages"
    );
}

fn unsigned() -> ApiError {
    tracing::warn!("refused a notification that is not signed with whatsapp.app_secret");
    ApiError::Plain(ErrorCode::InvalidSignature)
}

fn malformed() -> ApiError {
    tracing::warn!("failed to read a notification that WhatsApp signed");
    ApiError::Plain(ErrorCode::MalformedRequestBody)
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NotReceived(BodyError::TooLarge) => {
                Self::Plain(ErrorCode::NotificationTooLarge)
            }
            IntakeError::NotReceived(error) => error.into(),
            IntakeError::NoRoom | IntakeError::Closed => Self::Unavailable(error.into()),
        }
    }
}
