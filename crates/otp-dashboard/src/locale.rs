//! Locale: the language in which a person reads the pages.
//!
//! `?lang=` chooses it and is kept in a cookie; before that, `Accept-Language` does.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse};
use otp_core::ui_language::UiLanguage;
use otp_edge::RequestContext;

/// The name of the cookie. With the prefix, browsers keep it to this host and to encrypted connections.
const COOKIE: &str = "__Host-locale";

const PARAMETER: &str = "lang";

/// Middleware that puts the chosen language into the context of the request. A request that chooses one is sent on to
/// the same page without the parameter.
pub(crate) async fn locale<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if request.method().is_safe()
        && let Some((chosen, others)) = choice(request.query_string())
    {
        let answer = HttpResponse::SeeOther()
            .insert_header((LOCATION, target(request.path(), &others)))
            .cookie(cookie(chosen))
            .finish();
        return Ok(request.into_response(answer).map_into_right_body());
    }
    let kept = request.cookie(COOKIE);
    if let Some(language) = kept.and_then(|cookie| language(cookie.value())) {
        let context = RequestContext {
            preferred_language: Some(language),
            ..RequestContext::of(request.request())
        };
        request.extensions_mut().insert(context);
    }
    let answer = next.call(request).await?;
    Ok(answer.map_into_left_body())
}

/// Returns the language that a query chooses, and the rest of the query.
fn choice(query: &str) -> Option<(UiLanguage, String)> {
    let value = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        (name == PARAMETER).then(|| language(value)).flatten()
    };
    let chosen = query.split('&').find_map(value)?;
    let others = query.split('&').filter(|pair| {
        let name = pair.split('=').next();
        !pair.is_empty() && name != Some(PARAMETER)
    });
    Some((chosen, others.collect::<Vec<_>>().join("&")))
}

fn language(tag: &str) -> Option<UiLanguage> {
    let mut all = UiLanguage::ALL.into_iter();
    all.find(|language| language.as_str() == tag)
}

/// Returns the page to go on with. It is on this host whatever the path: `//host` would be another one.
fn target(path: &str, query: &str) -> String {
    let path = path.trim_start_matches(['/', '\\']);
    let question = if query.is_empty() { "" } else { "?" };
    format!("/{path}{question}{query}")
}

/// Returns the cookie that keeps a chosen language.
pub(crate) fn cookie(language: UiLanguage) -> Cookie<'static> {
    Cookie::build(COOKIE, language.as_str())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_language_is_chosen_and_the_rest_of_the_query_kept() {
        for (query, expected) in [
            ("lang=ar", Some((UiLanguage::Arabic, ""))),
            ("lang=en", Some((UiLanguage::English, ""))),
            (
                "status=Failed&lang=ar&limit=20",
                Some((UiLanguage::Arabic, "status=Failed&limit=20")),
            ),
            ("lang=fr&lang=ar&&x", Some((UiLanguage::Arabic, "x"))),
            ("lang=fr", None),
            ("lang=", None),
            ("lang", None),
            ("slang=ar", None),
            ("", None),
        ] {
            let expected = expected.map(|(language, others)| (language, others.to_owned()));
            assert_eq!(choice(query), expected, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_to_another_host(path in r"[/\\]{0,4}[a-z./\\@:?#]{0,12}") {
            let target = target(&path, "");
            prop_assert!(target.starts_with('/'));
            prop_assert!(!target[1..].starts_with(['/', '\\']), "{target}");
        }
    }
}
