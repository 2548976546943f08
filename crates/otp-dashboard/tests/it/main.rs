//! The pages over HTTP: their headers, their language, and the requests that are refused.

mod browser;
mod explain;
mod front;
mod hostile;
mod insights;
mod keys;
mod live;
mod locale;
mod messages;
mod orders;
mod overview;
mod people;
mod refusals;
mod roles;
mod samples;
mod settings;
mod staff;
mod staff_accounts;
mod staff_orders;
mod staff_plans;
mod staff_prices;
mod state;
mod team;
mod test_inbox;
mod verifications;
mod webhooks;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use otp_dashboard::{Dashboard, DashboardOptions, gallery};
use otp_edge::envelope;
use otp_testkit::people::People;

/// The origin of the pages in these tests.
const ORIGIN: &str = "https://otp.example.com";

/// An answer of the gateway.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the status and the body, without the nonce: what a reader can tell two answers apart by.
    fn shown(&self) -> (StatusCode, String) {
        let begin = "nonce=\"";
        let Some((before, rest)) = self.body.split_once(begin) else {
            return (self.status, self.body.clone());
        };
        let (_, after) = rest.split_once('"').unwrap_or_default();
        (self.status, format!("{before}{after}"))
    }

    fn assert_page(&self) {
        assert_eq!(
            self.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(self.body.starts_with("<!doctype html>"), "{}", self.body);
    }
}

/// Sends a request to the pages and the gallery.
async fn send(request: TestRequest) -> Answer {
    let options = DashboardOptions {
        public_origin: Some(ORIGIN.to_owned()),
        ..DashboardOptions::default()
    };
    let dashboard = Dashboard::new(options);
    let state = people::state(&People::new().await);
    let app = App::new()
        .wrap(from_fn(envelope))
        .configure(gallery::configure(&dashboard))
        .configure(dashboard.configure(state));
    let app = init_service(app).await;
    answer_of(call_service(&app, request.to_request()).await).await
}

async fn answer_of(answer: ServiceResponse<impl MessageBody>) -> Answer {
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: String::from_utf8(read_body(answer).await.to_vec()).unwrap_or_default(),
    }
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}
