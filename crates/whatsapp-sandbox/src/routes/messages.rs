//! `POST /{phone_number_id}/messages`.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::graph::{Body, ObjectPath, check_token};
use crate::{
    Sandbox,
    exchange::{self, Incoming},
    graph_error::GraphError,
    reply::Reply,
};

/// Sends a message. The work runs on its own, so that it ends even when the caller hangs up.
pub(crate) async fn send(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let incoming = Incoming {
        phone_number_id: path.into_inner().id,
        token: check_token(&sandbox, &sandbox.state(), &request),
        // A body too long to read is judged as one that is not JSON.
        body: body.map(Vec::from).unwrap_or_default(),
    };
    let work = tokio::spawn(exchange::run(sandbox.get_ref().clone(), incoming));
    match work.await {
        Ok(reply) => reply.into_response(),
        Err(error) => {
            tracing::error!(%error, "the sandbox could not finish a send");
            Reply::error(&GraphError::of(131_000), "A0").into_response()
        }
    }
}
