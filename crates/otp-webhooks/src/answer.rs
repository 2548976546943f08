//! Reads the beginning of an answer, within its bounds of time and size.

use std::time::Duration;

use otp_core::retry_after;
use otp_core::webhook::{MAX_ANSWER, MAX_ANSWER_EXCERPT, WebhookAnswer, WebhookFailure};
use reqwest::Response;
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};

use crate::failure;

/// Reads the answer. When it returns, an answer that has more is given up, and its connection is closed.
///
/// A status other than 2xx counts even if the body does not arrive: it is a refusal in any case.
pub(crate) async fn read(
    mut response: Response,
    deadline: Instant,
) -> Result<WebhookAnswer, WebhookFailure> {
    let mut body = Vec::with_capacity(MAX_ANSWER_EXCERPT);
    let ended = read_body(&mut response, &mut body, deadline).await;
    if response.status().is_success() {
        ended?;
    }
    let status = response.status().as_u16();
    Ok(WebhookAnswer::new(status, &body, wait(&response)))
}

/// Reads the body and keeps its beginning: of a success to its end, of a refusal no more than is kept.
async fn read_body(
    response: &mut Response,
    body: &mut Vec<u8>,
    deadline: Instant,
) -> Result<(), WebhookFailure> {
    let announced = response.content_length().unwrap_or_default();
    let mut size = 0;
    loop {
        let chunk = timeout_at(deadline, response.chunk()).await;
        let chunk = chunk.map_err(|_| WebhookFailure::AnswerTooSlow)?;
        let Some(chunk) = chunk.map_err(|error| failure::of(&error))? else {
            return Ok(());
        };
        let room = MAX_ANSWER_EXCERPT - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if !response.status().is_success() && body.len() == MAX_ANSWER_EXCERPT {
            return Ok(());
        }
        size += chunk.len();
        if size > MAX_ANSWER || announced > MAX_ANSWER as u64 {
            return Err(WebhookFailure::AnswerTooLarge);
        }
    }
}

/// Returns the wait that the answer asks for.
fn wait(response: &Response) -> Option<Duration> {
    let retry_after = header(response, &RETRY_AFTER)?;
    retry_after::parse(retry_after, header(response, &DATE))
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
