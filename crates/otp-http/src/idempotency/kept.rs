//! Answers in the form in which they are kept.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use otp_edge::{NO_STORE, REQUEST_ID, RequestContext};
use serde::{Deserialize, Serialize};

use crate::answer::REPLAYED;
use crate::error::ApiError;

/// An answer with all that a repetition repeats.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    status: u16,
    /// The headers but those that every answer has anew.
    headers: Vec<(String, String)>,
    body: String,
}

impl KeptAnswer {
    /// Returns an answer in the form in which it is kept; `None` if it is not kept.
    pub(super) fn of<T: Serialize>(
        result: &Result<T, ApiError>,
        status: StatusCode,
        context: &RequestContext,
    ) -> Option<String> {
        let kept = match result {
            Ok(body) => Self {
                status: status.as_u16(),
                headers: vec![(CONTENT_TYPE.to_string(), "application/json".to_owned())],
                body: serde_json::to_string(body).ok()?,
            },
            Err(error) if error.had_an_effect() => Self::read(error.answer(context))?,
            Err(_) => return None,
        };
        serde_json::to_string(&kept).ok()
    }

    fn read(answer: HttpResponse) -> Option<Self> {
        let own = [CACHE_CONTROL, REQUEST_ID];
        let headers = answer.headers().iter();
        let headers = headers.filter(|(name, _)| !own.contains(name));
        let headers = headers.filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        });
        Some(Self {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: String::from_utf8(answer.into_body().try_into_bytes().ok()?.into()).ok()?,
        })
    }

    /// Returns the answer to a repetition.
    pub(super) fn replay(text: &str, context: &RequestContext) -> HttpResponse {
        let kept = match serde_json::from_str::<Self>(text) {
            Ok(kept) => kept,
            Err(error) => return ApiError::Internal(error.into()).answer(context),
        };
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
        let mut answer = HttpResponse::build(status);
        for (name, value) in kept.headers {
            answer.append_header((name, value));
        }
        answer.insert_header(NO_STORE);
        answer.insert_header((REPLAYED, "true"));
        answer.body(kept.body)
    }
}
