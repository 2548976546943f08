//! Answer: a page with the headers that every page has, and the way to the next page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY, VARY,
};
use askama::Template;
use otp_core::person::session::Stage;
use otp_core::usecases::begin_session::BegunSession;
use otp_edge::NO_STORE;

use crate::{paths, session_cookie};

/// Allows the page's own files and its own forms. There is no script yet, so none may run.
///
/// Source: OWASP ASVS 5.0, section 3.4.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Features of the browser that no page needs.
const FEATURES: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    // Not `no-referrer`: with it, Chromium sends `Origin: null` with the page's own forms, and the guard refuses them.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), FEATURES),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (VARY, "Accept-Language, Cookie"),
    NO_STORE,
];

/// Answers with a page.
///
/// A template fails only if writing into memory fails; the answer has no body then.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    for header in HEADERS {
        answer.insert_header(header);
    }
    let html = page.render().unwrap_or_default();
    answer.content_type("text/html; charset=utf-8").body(html)
}

/// Sends the browser on to another page of this site, after a form did what it is for.
pub(crate) fn go_to(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .insert_header(NO_STORE)
        .finish()
}

/// Gives the browser the token of a session that began, and sends it on: to the second factor if it is asked for first.
pub(crate) fn begun(begun: &BegunSession, path: &str) -> HttpResponse {
    let answer = match begun.session.stage {
        Stage::SignedIn => go_to(path),
        Stage::AwaitingSecondFactor => go_to(&paths::before(paths::CODE, path)),
    };
    with_cookie(answer, session_cookie::cookie(&begun.token))
}

/// Takes the token away, and sends the browser on.
pub(crate) fn signed_out(path: &str) -> HttpResponse {
    with_cookie(go_to(path), session_cookie::removal())
}

fn with_cookie(
    mut answer: HttpResponse,
    cookie: actix_web::cookie::Cookie<'static>,
) -> HttpResponse {
    // Only a cookie that is not ASCII is refused, and these are.
    drop(answer.add_cookie(&cookie));
    answer
}
