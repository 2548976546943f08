//! Errors in the shape of Meta's Graph API.

use serde_json::{Value, json};

use crate::codes::look_up;

/// A refusal in Meta's shape.
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
    /// Returns the error with this code, with the title and status that Meta documents.
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

    /// Sets `error_data.details`, the text that callers should read.
    pub(crate) fn because(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Returns the error that a test number or a script asks for. Meta sends no details with errors
    /// about the token and the service.
    pub(crate) fn scripted(code: u32) -> Self {
        match code {
            0..=4 | 10 | 190 | 200 => Self::of(code),
            _ => Self::of(code)
                .because("The recipient's number is set up to be refused with this code"),
        }
    }

    /// Returns code 100 with this text in `message`, where Meta puts it.
    pub(crate) fn parameter(message: impl AsRef<str>) -> Self {
        let mut error = Self::of(100);
        error.message = format!("(#100) {}", message.as_ref());
        error
    }

    /// Returns a parameter error that Meta distinguishes by subcode.
    pub(crate) fn parameter_subcode(subcode: u32, message: impl AsRef<str>) -> Self {
        let mut error = Self::parameter(message);
        error.subcode = Some(subcode);
        error
    }

    /// Returns the error for a request without an access token.
    pub(crate) fn no_token() -> Self {
        Self::token("An access token is required to request this resource.")
    }

    /// Returns the error for a revoked access token.
    pub(crate) fn revoked_token() -> Self {
        Self::token("Invalid OAuth access token - Cannot parse access token")
    }

    /// Returns the error for an unknown id. Meta does not say whether the object is missing or
    /// forbidden.
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

    /// Returns the error for a path that the sandbox does not serve.
    pub(crate) fn unknown_path(path: &str) -> Self {
        let path: String = path.chars().take(64).collect();
        let mut error = Self::of(2500);
        error.message = format!("Unknown path components: /{path}");
        error
    }

    /// Returns the response body.
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
