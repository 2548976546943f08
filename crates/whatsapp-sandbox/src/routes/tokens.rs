//! The description of access tokens.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::json;

use super::graph::{Parameters, answer};
use crate::{
    Sandbox,
    account::{APP_ID, APP_NAME},
    graph_error::GraphError,
};

/// `GET /debug_token`: every token has all permissions and no end, unless a test has revoked it.
pub(crate) async fn debug_token(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    query: Parameters,
) -> HttpResponse {
    answer(&sandbox, &request, |state, now| {
        let token = query.get("input_token").filter(|token| !token.is_empty());
        let token =
            token.ok_or_else(|| GraphError::parameter("The parameter input_token is required."))?;
        if state.blocks.is_revoked(token) {
            return Ok(json!({"data": {
                "error": {"code": 190, "message": "Invalid OAuth access token."},
                "is_valid": false,
                "scopes": [],
            }}));
        }
        Ok(json!({"data": {
            "app_id": APP_ID,
            "type": "SYSTEM_USER",
            "application": APP_NAME,
            "data_access_expires_at": 0,
            "expires_at": 0,
            "is_valid": true,
            "issued_at": now.unix_timestamp(),
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
            "user_id": "122100000000000",
        }}))
    })
}
