//! A small application: `/home` of the application itself, and `/pages/…` of a scope with its own
//! limit and its own form of refusals.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use actix_web::App;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::{self, ServiceConfig};
use otp_edge::{
    PerIpLimit, PerIpQuota, Refusals, TrustedProxies, catch_panics, envelope, not_found,
    per_ip_limit, resource_at,
};

async fn home() -> &'static str {
    "home"
}

async fn panics() -> &'static str {
    panic!("canary")
}

/// Refusals that are answered with this word and their status.
fn refusals(word: &'static str) -> Refusals {
    Refusals::new(move |refusal, context| {
        let mut answer = HttpResponse::build(refusal.status());
        for header in refusal.headers() {
            answer.insert_header(header);
        }
        let status = refusal.status().as_u16();
        answer.body(format!("{word} {status} {}", context.request_id))
    })
}

/// A limit that recovers once per second.
pub(super) fn limit(burst: u32, proxies: &[&str]) -> PerIpLimit {
    let quota = PerIpQuota::per_second(NonZeroU32::MIN, NonZeroU32::new(burst).unwrap());
    PerIpLimit::new(quota, TrustedProxies::parse(proxies).unwrap())
}

/// Mounts the application. `limit` holds for the pages.
pub(super) fn configure(limit: PerIpLimit) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |app| {
        let pages = web::scope("/pages")
            .service(resource_at("/home").get(home).post(home).finish())
            .service(resource_at("/panics").get(panics).finish());
        let pages = pages
            .wrap(from_fn(per_ip_limit))
            .wrap(from_fn(catch_panics))
            .app_data(refusals("page"))
            .app_data(limit.clone());
        app.app_data(refusals("text"))
            .service(pages)
            .service(resource_at("/home").get(home).finish())
            .service(resource_at("/handshake").get_without_head(home).finish())
            .service(resource_at("/panics").get(panics).finish())
            .default_service(web::to(not_found));
    }
}

/// An answer in its parts.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns word and status of a refusal, and asserts that it names the request.
    pub(super) fn refusal(&self) -> &str {
        let (refusal, id) = self.body.rsplit_once(' ').unwrap();
        assert_eq!(id, self.header("x-request-id"));
        refusal
    }
}

/// Makes one request to this application.
pub(super) async fn ask(
    configure: impl FnOnce(&mut ServiceConfig),
    request: TestRequest,
) -> Answer {
    let app = App::new().wrap(from_fn(envelope)).configure(configure);
    let app = init_service(app).await;
    let answer = match try_call_service(&app, request.to_request()).await {
        Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
        // The server does the same with an error that leaves the application.
        Err(error) => error.error_response(),
    };
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: text(answer).await,
    }
}

async fn text(answer: HttpResponse) -> String {
    let bytes = actix_web::body::to_bytes(answer.into_body()).await;
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}

/// A `GET` from this peer.
pub(super) fn get(path: &str, peer: &str) -> TestRequest {
    TestRequest::get()
        .uri(path)
        .peer_addr(SocketAddr::new(peer.parse().unwrap(), 4711))
}
