//! `GET /docs`: a page that shows the description of the API and can call it. All its files are in the
//! binary; its policy forbids to load any others.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_edge::{not_found, resource_at};

use crate::openapi::OpenApiDocument;
use crate::reference;

const ROOT: &str = "/";

const PAGE: &str = "/docs";

const ASSET: &str = "/docs/{file}";

pub(crate) fn root_resource() -> Resource {
    resource_at(ROOT).get(root).finish()
}

pub(crate) fn page_resource() -> Resource {
    resource_at(PAGE).get(page).finish()
}

pub(crate) fn asset_resource() -> Resource {
    resource_at(ASSET).get(asset).finish()
}

/// Allows the page's own files and calls of this API; no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page, made once.
pub(crate) struct ReferencePage(Bytes);

impl ReferencePage {
    pub(crate) fn of(document: &OpenApiDocument) -> Self {
        Self(reference::page(&document.value()).into())
    }
}

async fn root() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, PAGE))
        .finish()
}

async fn page(page: Data<ReferencePage>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(page.0.clone())
}

async fn asset(request: HttpRequest, file: Path<String>) -> HttpResponse {
    let (media_type, content) = match file.as_str() {
        "docs.css" => ("text/css", include_str!("../../assets/docs.css")),
        "docs.js" => ("text/javascript", include_str!("../../assets/docs.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        _ => return not_found(request).await,
    };
    HttpResponse::Ok()
        .content_type(media_type)
        // They change with the page, which is not cached either.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(content)
}
