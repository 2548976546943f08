//! Answer: a page with the headers that every page has, and the way to the next page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, ETAG, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY, VARY,
};
use askama::Template;
use otp_core::person::session::Stage;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_edge::{NO_STORE, nonce};
use sha2::{Digest as _, Sha256};

use crate::{locale, paths, session_cookie};

/// Allows the page's own files, its own forms and the script that it names.
///
/// Source: OWASP ASVS 5.0, section 3.4.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The place of the nonce in the template of every page. It is before everything that anybody typed.
const NONCE_PLACE: &str = "nonce=\"\"";

/// Features of the browser that no page needs.
const FEATURES: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const HEADERS: [(HeaderName, &str); 6] = [
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
    html(status, &page.render().unwrap_or_default())
}

/// Answers with a page whose script asks for it again: with nothing, if the reader has the same page already.
pub(crate) fn live_page(known: Option<&str>, page: &impl Template) -> HttpResponse {
    let page = page.render().unwrap_or_default();
    let hash: [u8; 32] = Sha256::digest(&page).into();
    let first = hash.first_chunk().expect("a digest has 32 bytes");
    let tag = format!("\"{:032x}\"", u128::from_be_bytes(*first));
    let mut answer = match known {
        Some(known) if known == tag => {
            let mut answer = HttpResponse::NotModified();
            answer.insert_header(NO_STORE).finish()
        }
        Some(_) | None => html(StatusCode::OK, &page),
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}

/// Answers with the text of a page, and lets its script run.
fn html(status: StatusCode, page: &str) -> HttpResponse {
    let nonce = nonce();
    let mut answer = HttpResponse::build(status);
    for header in HEADERS {
        answer.insert_header(header);
    }
    let policy = format!("{POLICY}; script-src 'nonce-{nonce}'");
    answer.insert_header((CONTENT_SECURITY_POLICY, policy));
    let page = page.replacen(NONCE_PLACE, &format!("nonce=\"{nonce}\""), 1);
    answer.content_type("text/html; charset=utf-8").body(page)
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

/// Keeps the language that a person chose, and sends the browser on.
pub(crate) fn in_language(language: UiLanguage, path: &str) -> HttpResponse {
    with_cookie(go_to(path), locale::cookie(language))
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
