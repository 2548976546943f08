//! Refusals are answered in the form of the innermost scope that has one.

use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::support::{Answer, ask, configure, get, limit};

async fn answer(request: TestRequest) -> Answer {
    ask(configure(limit(1, &[])), request).await
}

#[actix_web::test]
async fn a_scope_answers_in_its_own_form_and_the_application_in_another() {
    for (path, refusal) in [
        ("/nowhere", "text 404"),
        ("/panics", "text 500"),
        ("/pages/nowhere", "page 404"),
        ("/pages/panics", "page 500"),
    ] {
        let answer = answer(get(path, "203.0.113.9")).await;
        assert_eq!(answer.refusal(), refusal, "{path}");
        assert!(!answer.body.contains("canary"), "{path}");
    }
    let limit = limit(1, &[]);
    ask(configure(limit.clone()), get("/pages/home", "203.0.113.9")).await;
    let answer = ask(configure(limit), get("/pages/home", "203.0.113.9")).await;
    assert_eq!(answer.refusal(), "page 429");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("ratelimit-policy"), "\"ip\";q=1;w=1");
    assert_eq!(answer.header("ratelimit"), "\"ip\";r=0;t=1");
}

#[actix_web::test]
async fn another_method_is_refused_with_the_supported_ones() {
    for (path, method, refusal, allow) in [
        ("/home", Method::POST, "text 405", "GET, HEAD"),
        ("/handshake", Method::HEAD, "text 405", "GET"),
        ("/pages/home", Method::PUT, "page 405", "GET, HEAD, POST"),
    ] {
        let answer = answer(get(path, "203.0.113.9").method(method)).await;
        assert_eq!(answer.refusal(), refusal, "{path}");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
}

#[actix_web::test]
async fn supported_methods_reach_their_handler() {
    for (path, method) in [
        ("/home", Method::GET),
        ("/home", Method::HEAD),
        ("/handshake", Method::GET),
        ("/pages/home", Method::POST),
    ] {
        let answer = answer(get(path, "203.0.113.9").method(method)).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.body),
            (200, "home"),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn without_refusals_the_answer_has_status_and_headers_alone() {
    use otp_edge::resource_at;

    async fn home() -> &'static str {
        "home"
    }
    let request = get("/home", "203.0.113.9").method(Method::DELETE);
    let answer = ask(
        |app| {
            app.service(resource_at("/home").get(home).finish());
        },
        request,
    );
    let answer = answer.await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (405, ""));
    assert_eq!(answer.header("allow"), "GET, HEAD");
}
