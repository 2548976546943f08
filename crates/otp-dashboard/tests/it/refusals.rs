//! Requests that no page answers.

use super::*;

#[actix_web::test]
async fn an_unknown_address_is_a_page_with_the_id_of_the_request() {
    let request = get("/dashboard/nothing").insert_header(("x-request-id", "order-4711"));
    let answer = send(request).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    answer.assert_page();
    let id = "Request <bdi dir=\"ltr\">order-4711</bdi>";
    assert!(answer.body.contains(id), "{}", answer.body);
    assert_eq!(answer.header("x-request-id"), Some("order-4711"));
}

#[actix_web::test]
async fn an_address_that_takes_no_form_says_what_it_takes() {
    let form = TestRequest::post().uri("/gallery");
    let answer = send(form.insert_header(("sec-fetch-site", "same-origin"))).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    answer.assert_page();
}

#[actix_web::test]
async fn a_form_of_another_site_is_refused_whatever_its_method() {
    let methods = [
        TestRequest::post,
        TestRequest::put,
        TestRequest::patch,
        TestRequest::delete,
    ];
    for method in methods {
        let request = method().uri("/dashboard/nothing");
        let answer = send(request.insert_header(("origin", "https://evil.example"))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("This form came from another site"));
        let own = method().uri("/dashboard/nothing");
        let answer = send(own.insert_header(("origin", ORIGIN))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn an_asset_is_kept_for_a_year_and_one_of_another_version_not_at_all() {
    let page = send(get("/gallery")).await;
    let sheet = page
        .body
        .split("href=\"")
        .find(|rest| rest.starts_with("/assets/"));
    let sheet = sheet
        .and_then(|rest| rest.split('"').next())
        .expect("a style sheet");
    let answer = send(get(sheet)).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let kept = answer.header("cache-control");
    assert_eq!(kept, Some("public, max-age=31536000, immutable"));
    assert!(answer.body.starts_with("@layer reset, tokens"));
    let other = send(get("/assets/0123456789abcdef/app.css")).await;
    assert_eq!(other.header("cache-control"), Some("no-store"));
    assert_eq!(other.body, answer.body);
    for path in [
        "/assets/0123456789abcdef/tokens.css",
        "/assets/x/..%2FCargo.toml",
        "/assets/x",
    ] {
        assert_eq!(
            send(get(path)).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn browsers_are_told_to_use_https_where_the_gateway_is_reached_by_it() {
    for (origin, expected) in [
        (Some(ORIGIN), Some("max-age=31536000")),
        (Some("http://otp.example.com"), None),
        (None, None),
    ] {
        let dashboard = Dashboard::new(DashboardOptions {
            public_origin: origin.map(str::to_owned),
            ..DashboardOptions::default()
        });
        let state = people::state(&People::new().await);
        let app = init_service(App::new().configure(dashboard.configure(state))).await;
        for path in ["/sign-in", "/dashboard", "/sign-up/unknown"] {
            let answer = answer_of(call_service(&app, get(path).to_request()).await).await;
            assert_eq!(answer.header("strict-transport-security"), expected);
        }
    }
}
