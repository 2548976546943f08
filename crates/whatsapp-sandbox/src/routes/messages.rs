//! `POST /{phone_number_id}/messages`.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::graph::{Body, ObjectPath, check_token};
use crate::{
    Sandbox,
    exchange::{self, Incoming},
    graph_error::GraphError,
    response::Response,
};

/// Sends a message. The work runs in a task of its own, so it continues when the caller hangs up.
pub(crate) async fn send(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let incoming = Incoming {
        phone_number_id: path.into_inner().id,
        token: check_token(&sandbox.state(), &request),
        // A body that is too long to read is refused as one that is not JSON.
        body: body.map(Vec::from).unwrap_or_default(),
    };
    let work = tokio::spawn(exchange::run(sandbox.get_ref().clone(), incoming));
    match work.await {
        Ok(response) => response.into_response(),
        Err(error) => {
            tracing::error!(%error, "failed to process a send");
            Response::error(&GraphError::of(131_000)).into_response()
        }
    }
}
