//! Errors in the shape of Meta's Graph API.

use serde_json::{Value, json};

use crate::codes::look_up;

/// One refusal, as the caller will read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    subcode: Option<u32>,
    kind: &'static str,
    message: String,
    details: Option<String>,
    pub(crate) retry_after: Option<u32>,
}

impl GraphError {
    /// A documented error, with the title and status of the documentation.
    pub(crate) fn of(code: u32) -> Self {
        let known = look_up(code);
        Self {
            status: known.status,
            code,
            subcode: known.subcode,
            kind: "OAuthException",
            message: match code {
                0 | 1 | 2 | 190 => known.title.to_owned(),
                _ => format!("(#{code}) {}", known.title),
            },
            details: None,
            retry_after: known.retry_after,
        }
    }

    /// The same error with `error_data.details`, which is what callers should read.
    pub(crate) fn because(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// An error that a test number or a script asks for. Those about the token and the service
    /// come without details from Meta, too.
    pub(crate) fn scripted(code: u32) -> Self {
        match code {
            0..=4 | 10 | 190 | 200 => Self::of(code),
            _ => Self::of(code).because("Answered so because the recipient's number asks for it"),
        }
    }

    /// Code 100 with a sentence, which Meta puts in `message` and not in the details.
    pub(crate) fn parameter(message: impl AsRef<str>) -> Self {
        let mut error = Self::of(100);
        error.message = format!("(#100) {}", message.as_ref());
        error
    }

    /// A parameter error that Meta tells apart by subcode.
    pub(crate) fn parameter_subcode(subcode: u32, message: impl AsRef<str>) -> Self {
        let mut error = Self::parameter(message);
        error.subcode = Some(subcode);
        error
    }

    /// The request carries no access token.
    pub(crate) fn no_token() -> Self {
        Self::token("An access token is required to request this resource.")
    }

    /// The access token is not one this sandbox accepts.
    pub(crate) fn bad_token() -> Self {
        Self::token("Invalid OAuth access token - Cannot parse access token")
    }

    /// No object of this kind has the id: Meta does not say whether it is missing or forbidden.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        let method = method.to_ascii_lowercase();
        let mut error = Self::of(100);
        error.kind = "GraphMethodException";
        error.subcode = Some(33);
        error.message = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded \
             due to missing permissions, or does not support this operation. Please read the Graph \
             API documentation at https://developers.facebook.com/docs/graph-api"
        );
        error
    }

    /// The path below the version is none the sandbox knows.
    pub(crate) fn unknown_path(path: &str) -> Self {
        let path: String = path.chars().take(64).collect();
        let mut error = Self::of(2500);
        error.message = format!("Unknown path components: /{path}");
        error
    }

    /// The JSON that goes on the wire.
    pub(crate) fn body(&self, trace_id: &str) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({"messaging_product": "whatsapp", "details": details});
        }
        error["fbtrace_id"] = json!(trace_id);
        json!({ "error": error })
    }

    fn token(message: &str) -> Self {
        let mut error = Self::of(190);
        error.subcode = None;
        error.message = message.to_owned();
        error
    }
}
