//! Typed: the texts of a form, as a browser sends them.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Payload;
use otp_edge::{BodyError, BodyLimits, receive};

/// A form of ours has a few short fields.
const LIMITS: BodyLimits = BodyLimits {
    max_bytes: 16 * 1024,
    deadline: Duration::from_secs(10),
};

/// The texts of a form, by the name of their field.
pub(crate) struct Typed(HashMap<String, String>);

impl Typed {
    /// Receives a form.
    pub(crate) async fn receive(
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<Self, BodyError> {
        let body = receive(request, payload, LIMITS, |_| Ok::<_, BodyError>(())).await?;
        Ok(Self(
            url::form_urlencoded::parse(&body).into_owned().collect(),
        ))
    }

    /// Returns the text of a field; the empty text if the form has no such field.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}
