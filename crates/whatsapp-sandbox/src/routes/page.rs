//! The page that shows the phones.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptLanguage, Header as _},
    web::{Path, Query},
};
use rust_embed::RustEmbed;
use serde::Deserialize;

/// Allows only this server's own files: no inline code, no other origin, and no frames but those of mails.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PageQuery {
    lang: Option<String>,
}

/// The path of an asset.
#[derive(Debug, Deserialize)]
pub(crate) struct AssetPath {
    file: String,
}

/// `GET ./`: the page. Its links are relative, so its path has to end with a slash.
pub(crate) async fn index(request: HttpRequest, query: Query<PageQuery>) -> HttpResponse {
    if !request.path().ends_with('/') {
        let last = request.path().rsplit('/').next().unwrap_or_default();
        let query = request.query_string();
        let question = if query.is_empty() { "" } else { "?" };
        // The target is relative, because a proxy may add a prefix of its own.
        return HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, format!("./{last}/{question}{query}")))
            .finish();
    }
    let Some(page) = Assets::get("index.html") else {
        return HttpResponse::NotFound().finish();
    };
    let page = String::from_utf8_lossy(&page.data).into_owned();
    let is_arabic = match query.lang.as_deref() {
        Some(chosen) => chosen == "ar",
        None => prefers_arabic(&request),
    };
    let page = if is_arabic {
        page.replacen("lang=\"en\" dir=\"ltr\"", "lang=\"ar\" dir=\"rtl\"", 1)
    } else {
        page
    };
    secured("text/html; charset=utf-8")
        .insert_header((header::VARY, "Accept-Language"))
        .body(page)
}

/// Returns whether the browser prefers Arabic to English. Every other language counts as English.
fn prefers_arabic(request: &HttpRequest) -> bool {
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return false;
    };
    let ranked = accepted.ranked();
    let mut languages = ranked.iter().filter_map(|range| range.item());
    let first = languages.find(|tag| matches!(tag.primary_language(), "ar" | "en"));
    first.is_some_and(|tag| tag.primary_language() == "ar")
}

/// `GET assets/{file}`.
pub(crate) async fn asset(path: Path<AssetPath>) -> HttpResponse {
    let kind = match path.file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some(_) | None => return HttpResponse::NotFound().finish(),
    };
    match Assets::get(&path.file) {
        Some(file) => secured(kind).body(file.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}

fn secured(kind: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    response
}
