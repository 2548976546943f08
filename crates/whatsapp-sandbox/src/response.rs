//! The response to a Graph request, including responses that break off on purpose.
//!
//! actix's own response cannot leave its worker thread. This one can, so a send continues after its
//! caller has hung up.

use std::io;

use actix_web::{
    HttpResponse,
    body::{BoxBody, SizedStream},
    http::StatusCode,
    web::Bytes,
};
use futures_util::stream;
use serde_json::{Value, json};

use crate::{behaviour::Answer, graph_error::GraphError, ids};

/// The response to a Graph request.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The error code of a refusal.
    pub(crate) code: Option<u32>,
    content_type: &'static str,
    body: Bytes,
    retry_after: Option<u32>,
    wire: Wire,
}

/// The part of a response that is sent before the connection closes.
#[derive(Clone, Copy, Debug)]
enum Wire {
    Whole,
    Nothing,
    /// The head and this many bytes of the body.
    First(usize),
}

const PROXY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

impl Response {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            code: None,
            content_type: "application/json; charset=UTF-8",
            body: Bytes::from(body.to_string()),
            retry_after: None,
            wire: Wire::Whole,
        }
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn error(error: &GraphError) -> Self {
        Self {
            code: Some(error.code),
            retry_after: error.retry_after,
            ..Self::json(error.status, &error.body(&ids::trace_id()))
        }
    }

    /// Returns the response of this kind, given the body of a success.
    pub(crate) fn shaped(answer: Answer, success: &Value) -> Self {
        let whole = Self::ok(success);
        let half = whole.body.len() / 2;
        match answer {
            Answer::Accepted | Answer::HeldForQualityAssessment | Answer::Paused => whole,
            Answer::Refused(code) => Self::error(&GraphError::scripted(code)),
            Answer::Closed => Self {
                wire: Wire::Nothing,
                ..whole
            },
            Answer::CutShort => Self {
                wire: Wire::First(half),
                ..whole
            },
            Answer::TruncatedJson => Self {
                body: whole.body.slice(..half),
                ..whole
            },
            Answer::EmptyBody => Self {
                body: Bytes::new(),
                ..whole
            },
            Answer::HtmlBadGateway => Self {
                status: 502,
                content_type: "text/html",
                body: Bytes::from_static(PROXY_PAGE.as_bytes()),
                ..whole
            },
            Answer::JsonWithoutCode => Self::json(500, &json!({"error": "internal"})),
        }
    }

    pub(crate) fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = HttpResponse::build(status);
        response.insert_header(("content-type", self.content_type));
        if let Some(seconds) = self.retry_after {
            response.insert_header(("retry-after", seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((
                "www-authenticate",
                r#"OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token.""#,
            ));
        }
        match self.wire {
            Wire::Whole => response.body(self.body),
            Wire::Nothing => response.body(broken_body(self.body, 0)),
            Wire::First(bytes) => response.body(broken_body(self.body, bytes)),
        }
    }
}

/// Returns a body that announces all its bytes and fails after some of them, which makes the server
/// close the connection. With zero bytes it fails before the head has left the write buffer, so the
/// caller sees a connection that closes without an answer.
fn broken_body(body: Bytes, bytes: usize) -> BoxBody {
    let announced = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let first = (bytes > 0).then(|| body.slice(..bytes));
    let steps = stream::unfold((first, bytes > 0), |(first, wrote)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, wrote)));
        }
        if wrote {
            // The server flushes its buffer while the body is pending.
            tokio::task::yield_now().await;
        }
        let closed = io::Error::new(io::ErrorKind::ConnectionAborted, "closed on purpose");
        Some((Err(closed), (None, wrote)))
    });
    BoxBody::new(SizedStream::new(announced, Box::pin(steps)))
}
