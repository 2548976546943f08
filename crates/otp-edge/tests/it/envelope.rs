//! Every answer has a request id and security headers.

use actix_web::test::TestRequest;

use super::support::{Answer, ask, configure, get, limit};

async fn answer(request: TestRequest) -> Answer {
    ask(configure(limit(100, &[])), request).await
}

#[actix_web::test]
async fn every_answer_has_the_request_id_and_forbids_sniffing() {
    for path in [
        "/home",
        "/nowhere",
        "/panics",
        "/pages/home",
        "/pages/panics",
    ] {
        let named = get(path, "203.0.113.9").insert_header(("X-Request-Id", "order-4711"));
        let answer = answer(named).await;
        assert_eq!(answer.header("x-request-id"), "order-4711", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn an_answer_without_a_named_request_has_an_id_of_its_own() {
    let one = answer(get("/home", "203.0.113.9")).await;
    let other = answer(get("/home", "203.0.113.9")).await;
    assert_eq!(one.header("x-request-id").len(), 36);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
