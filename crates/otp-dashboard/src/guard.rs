//! Guard: refuses the forms of other sites (cross-site request forgery).
//!
//! Every browser says where a request comes from: `Sec-Fetch-Site` (Fetch Metadata), or at least `Origin`. A request
//! that says neither comes from a program, and no program has reason to send a form here.
//!
//! Source: the OWASP cheat sheet on cross-site request forgery, section "Fetch Metadata headers".

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use otp_edge::TrustedProxies;

use crate::assets::Assets;
use crate::error_page::{self, Problem};
use crate::page::Page;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The site that the guard protects.
#[derive(Debug)]
pub(crate) struct Site {
    /// The origin under which browsers know the pages, such as `https://otp.example.com`; `None` if it is not
    /// configured: then it is the host that the request names.
    pub(crate) origin: Option<String>,
    /// The proxies that may say whom a request comes from.
    pub(crate) trusted_proxies: TrustedProxies,
    /// For the page of a refusal.
    pub(crate) assets: Data<Assets>,
}

/// Middleware that refuses requests that change something, unless a page of this site sent them.
pub(crate) async fn same_origin<B: MessageBody + 'static>(
    site: Data<Site>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let is_own = || is_same_origin(request.headers(), site.origin.as_deref());
    if request.method().is_safe() || is_own() {
        let answer = next.call(request).await?;
        return Ok(answer.map_into_left_body());
    }
    let page = Page::of(request.request(), site.assets.clone());
    let answer = error_page::answer(page, Problem::ForeignForm);
    Ok(request.into_response(answer).map_into_right_body())
}

fn is_same_origin(headers: &HeaderMap, own: Option<&str>) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    match (text(SEC_FETCH_SITE), text(ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => match own {
            Some(own) => origin == own,
            None => {
                let host = origin.split_once("://").map(|(_, host)| host);
                host.is_some() && host == text(HOST)
            }
        },
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_the_own_pages_may_send_a_form() {
        let own = Some("https://otp.example.com");
        for (headers, own, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], own, true),
            (&[("sec-fetch-site", "none")], own, true),
            (&[("sec-fetch-site", "same-site")], own, false),
            (&[("sec-fetch-site", "cross-site")], own, false),
            (&[("sec-fetch-site", "")], own, false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://otp.example.com"),
                ],
                own,
                false,
            ),
            (&[("origin", "https://otp.example.com")], own, true),
            (&[("origin", "http://otp.example.com")], own, false),
            (
                &[("origin", "https://otp.example.com.evil.example")],
                own,
                false,
            ),
            (
                &[("origin", "https://evil.example"), ("host", "evil.example")],
                own,
                false,
            ),
            (&[("origin", "null")], own, false),
            (
                &[
                    ("origin", "http://localhost:8080"),
                    ("host", "localhost:8080"),
                ],
                None,
                true,
            ),
            (
                &[
                    ("origin", "http://localhost:8081"),
                    ("host", "localhost:8080"),
                ],
                None,
                false,
            ),
            (&[("origin", "null"), ("host", "null")], None, false),
            (&[("origin", "http://localhost:8080")], None, false),
            (&[("host", "localhost:8080")], None, false),
            (&[], own, false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            assert_eq!(is_same_origin(&map, own), expected, "{headers:?}, {own:?}");
        }
    }
}
