//! The language of a page.

use super::*;

const PATH: &str = "/dashboard/nothing";

async fn language_of(request: TestRequest) -> String {
    let answer = send(request).await;
    let tag = answer.body.split("<html lang=\"").nth(1);
    tag.and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

#[actix_web::test]
async fn the_browser_chooses_until_the_reader_does() {
    for (accepted, cookie, expected) in [
        (None, None, "en"),
        (Some("ar-EG, en;q=0.5"), None, "ar"),
        (Some("fr"), None, "en"),
        (Some("ar"), Some("en"), "en"),
        (None, Some("ar"), "ar"),
        (Some("ar"), Some("fr"), "ar"),
        (None, Some("<script>"), "en"),
    ] {
        let mut request = get(PATH);
        if let Some(accepted) = accepted {
            request = request.insert_header(("accept-language", accepted));
        }
        if let Some(cookie) = cookie {
            request = request.insert_header(("cookie", format!("__Host-locale={cookie}")));
        }
        assert_eq!(
            language_of(request).await,
            expected,
            "{accepted:?}, {cookie:?}"
        );
    }
}

#[actix_web::test]
async fn a_choice_is_kept_in_a_cookie_and_leads_to_the_same_page() {
    let answer = send(get("/dashboard/nothing?a=1&lang=ar")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), Some("/dashboard/nothing?a=1"));
    let cookie = answer.header("set-cookie").unwrap_or_default();
    let mut parts: Vec<_> = cookie.split("; ").collect();
    parts.sort_unstable();
    let expected = [
        "HttpOnly",
        "Max-Age=31536000",
        "Path=/",
        "SameSite=Lax",
        "Secure",
        "__Host-locale=ar",
    ];
    assert_eq!(parts, expected);
}

#[actix_web::test]
async fn nobody_chooses_for_the_reader_by_a_form_or_by_a_language_that_is_not_there() {
    let chosen = TestRequest::post().uri("/dashboard/nothing?lang=ar");
    let answer = send(chosen.insert_header(("sec-fetch-site", "cross-site"))).await;
    assert_eq!(
        (answer.status, answer.header("set-cookie")),
        (StatusCode::FORBIDDEN, None)
    );
    let unknown = send(get("/dashboard/nothing?lang=fr")).await;
    assert_eq!(
        (unknown.status, unknown.header("set-cookie")),
        (StatusCode::NOT_FOUND, None)
    );
}
