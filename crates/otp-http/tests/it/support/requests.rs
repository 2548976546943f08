//! Requests to an API in this process.

use std::net::SocketAddr;

use actix_web::App;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::ServiceConfig;
use otp_http::Api;
use serde_json::Value;

use super::{Answer, live_key};

/// Makes one request.
pub(crate) async fn ask(api: &Api, request: TestRequest) -> Answer {
    ask_at(api.configure(), request).await
}

/// Makes one request to the paths that `configure` mounts.
pub(crate) async fn ask_at(
    configure: impl FnOnce(&mut ServiceConfig),
    request: TestRequest,
) -> Answer {
    let app = App::new()
        .wrap(from_fn(otp_edge::envelope))
        .configure(configure);
    let app = init_service(app).await;
    let answer = call_service(&app, request.to_request()).await;
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: read_body(answer).await.to_vec(),
    }
}

/// A `POST` with the live key and a JSON body.
pub(crate) fn post(path: &str, body: &Value) -> TestRequest {
    get(path)
        .method(Method::POST)
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_string())
}

/// A `GET` with the live key.
pub(crate) fn get(path: &str) -> TestRequest {
    TestRequest::get()
        .uri(path)
        .peer_addr(SocketAddr::from(([203, 0, 113, 9], 4711)))
        .insert_header(("X-Api-Key", live_key().expose()))
}
