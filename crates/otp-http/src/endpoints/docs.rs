//! `GET /docs`: a page that shows the description of the API and can call it. All its files are in the
//! binary; its policy forbids to load any others.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY,
};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_edge::{not_found, resource_at};

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

/// Allows inline styles, because Swagger UI styles its elements one by one; it needs no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The files of Swagger UI that the page uses.
const OF_SWAGGER_UI: [&str; 3] = [
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "favicon-32x32.png",
];

const FOR_AN_HOUR: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");

async fn root() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, PAGE))
        .finish()
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(include_str!("../../assets/docs.html"))
}

async fn asset(request: HttpRequest, file: Path<String>) -> HttpResponse {
    let found = match file.as_str() {
        "docs.js" => Some((
            "text/javascript".into(),
            include_bytes!("../../assets/docs.js").as_slice().into(),
        )),
        name => of_swagger_ui(name),
    };
    match found {
        Some((media_type, bytes)) => HttpResponse::Ok()
            .content_type(media_type)
            .insert_header(FOR_AN_HOUR)
            .body(bytes.into_owned()),
        None => not_found(request).await,
    }
}

fn of_swagger_ui(name: &str) -> Option<(String, Cow<'static, [u8]>)> {
    if !OF_SWAGGER_UI.contains(&name) {
        return None;
    }
    let no_settings = Arc::new(utoipa_swagger_ui::Config::default());
    let file = utoipa_swagger_ui::serve(name, no_settings).ok().flatten()?;
    Some((file.content_type, file.bytes))
}
