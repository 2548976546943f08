//! `GET` and `POST /webhooks/whatsapp`: Meta's handshake and its notifications.
//!
//! Meta repeats a notification for days until it is answered with 200. So that answer means that the
//! whole notification is durable, and nothing else is answered with it.

mod intake;
mod refusals;
mod share;

use actix_web::http::header::{ContentType, HeaderName};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource};
use metrics::counter;
use otp_core::ports::WebhookRefusal;
use otp_core::receipt::DroppedReceipts;
use otp_edge::{NO_STORE, RequestContext, leave_unlogged, resource_at};
use serde::Deserialize;

use crate::error::{ApiError, ErrorCode};
use crate::state::{ApiState, WhatsAppWebhook};

pub(crate) use intake::Intake;
use refusals::Refusal;
use share::NoRoom;

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
        None => refuse(&request, &intake, Refusal::Handshake),
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
        Err(NotTaken::Refused(refusal)) => refuse(&request, &intake, refusal),
        Err(NotTaken::Failed(error)) => error.answer(&RequestContext::of(&request)),
    }
}

/// The reason why a notification is not taken.
enum NotTaken {
    /// Anybody may have sent it.
    Refused(Refusal),
    /// Meta sent it.
    Failed(ApiError),
}

/// Refuses a call of somebody unknown. Its log line is one for many.
fn refuse(request: &HttpRequest, intake: &Intake, refusal: Refusal) -> HttpResponse {
    intake.refusals.note(refusal);
    leave_unlogged(request);
    ApiError::from(refusal).answer(&RequestContext::of(request))
}

async fn take(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
    intake: &Intake,
) -> Result<(), NotTaken> {
    let WhatsAppWebhook {
        provider,
        handle_provider_webhook,
        clock,
    } = &intake.webhook;
    let signature = request.headers().get(SIGNATURE);
    let signature = signature.and_then(|signature| signature.to_str().ok());
    if !provider.may_be_signed(signature) {
        return Err(Refusal::InvalidSignature.into());
    }
    let body = intake.receive(request, payload).await?;
    let notification = provider
        .open(signature, &body.bytes, clock.now())
        .map_err(|refusal| match refusal {
            WebhookRefusal::InvalidSignature => Refusal::InvalidSignature.into(),
            WebhookRefusal::Malformed => NotTaken::Failed(malformed()),
        })?;
    if notification.is_empty() {
        return Ok(());
    }
    let room = body.into_verified_room()?;
    let turn = intake.turn().await;
    let turn = turn.map_err(|closed| ApiError::Unavailable(closed.into()))?;
    let handle_provider_webhook = handle_provider_webhook.clone();
    let applied = state.runner.run(async move {
        let applied = handle_provider_webhook.execute(notification).await;
        drop((turn, room));
        applied
    });
    let applied = applied.await.map_err(ApiError::from)?;
    note_dropped_receipts(&applied.map_err(ApiError::from)?);
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

fn malformed() -> ApiError {
    tracing::warn!("failed to read a notification that WhatsApp signed");
    ApiError::Plain(ErrorCode::MalformedRequestBody)
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NoRoom> for NotTaken {
    fn from(no_room: NoRoom) -> Self {
        Self::Refused(no_room.into())
    }
}

impl From<ApiError> for NotTaken {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}
