//! The paths of the pages, and what is read from them.

use otp_core::api_key::ApiKeyMode;
use otp_core::ids::{WebhookEndpointId, parse_uuid};

use crate::error_page::Problem;

pub(super) use crate::paths::WEBHOOKS as LIST;

/// Returns the path of the list that an endpoint is in.
pub(super) fn list_of(mode: ApiKeyMode) -> String {
    match mode {
        ApiKeyMode::Live => LIST.to_owned(),
        ApiKeyMode::Test => format!("{LIST}?mode=test"),
    }
}

/// Returns the path of an endpoint.
pub(super) fn path_of(id: WebhookEndpointId) -> String {
    format!("{LIST}/{id}")
}

/// Reads the id of an endpoint in a path.
pub(super) fn id_of(text: &str) -> Result<WebhookEndpointId, Problem> {
    let id = parse_uuid(text).map_err(|_| Problem::NotFound)?;
    Ok(WebhookEndpointId(id))
}
