//! The cookie of a session: its token, which only the browser has.
//!
//! It has no `Max-Age`: it ends with the browser, and the session ends by its own times. Source: OWASP ASVS 5.0,
//! section 3.3.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use otp_core::person::session::SessionToken;

/// The name of the cookie. With the prefix, browsers keep it to this host and to encrypted connections.
const COOKIE: &str = "__Host-session";

/// Returns the token that a request presents, if it has the form of one.
pub(crate) fn token_of(request: &HttpRequest) -> Option<SessionToken> {
    let cookie = request.cookie(COOKIE)?;
    SessionToken::parse(cookie.value()).ok()
}

/// Returns the cookie that gives a browser its token.
pub(crate) fn cookie(token: &SessionToken) -> Cookie<'static> {
    build(token.expose().to_string())
}

/// Returns the cookie that takes the token away.
pub(crate) fn removal() -> Cookie<'static> {
    let mut cookie = build(String::new());
    cookie.make_removal();
    cookie
}

fn build(value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}
