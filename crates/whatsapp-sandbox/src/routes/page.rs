//! The page that shows the phones, and the stream that keeps it current.

use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data, Path, Query},
};
use futures_util::{Stream, stream};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use crate::{Sandbox, sandbox::LiveEvent};

/// Everything comes from here, nothing is inline, nothing may frame the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A line this often keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The page's own query.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PageQuery {
    lang: Option<String>,
}

/// The path of an asset.
#[derive(Debug, Deserialize)]
pub(crate) struct AssetPath {
    file: String,
}

/// `GET ./`. Addresses on the page are relative, so it has to be at a path that ends in a slash.
pub(crate) async fn index(request: HttpRequest, query: Query<PageQuery>) -> HttpResponse {
    if !request.path().ends_with('/') {
        let last = request.path().rsplit('/').next().unwrap_or_default();
        let query = request.query_string();
        let question = if query.is_empty() { "" } else { "?" };
        // Relative to the scope's parent, because the prefix may be behind a proxy's own.
        return HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, format!("./{last}/{question}{query}")))
            .finish();
    }
    let Some(page) = Assets::get("index.html") else {
        return HttpResponse::NotFound().finish();
    };
    let page = String::from_utf8_lossy(&page.data).into_owned();
    let page = match query.lang.as_deref() {
        Some("ar") => page.replacen("lang=\"en\" dir=\"ltr\"", "lang=\"ar\" dir=\"rtl\"", 1),
        Some(_) | None => page,
    };
    secured("text/html; charset=utf-8").body(page)
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

/// `GET control/events`: messages as they arrive, as server-sent events.
pub(crate) async fn events(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(live(&sandbox))
}

/// The stream of one viewer. It ends when the sandbox closes.
fn live(sandbox: &Sandbox) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let first = Bytes::from_static(b"retry: 1000\nevent: ready\ndata: {}\n\n");
    let receivers = (sandbox.live(), sandbox.closed());
    stream::unfold(
        (Some(first), receivers),
        |(first, (mut events, mut closed))| async move {
            if let Some(first) = first {
                return Some((Ok(first), (None, (events, closed))));
            }
            let line = tokio::select! {
                // Closing comes first, or a busy stream would never see it.
                biased;
                _ = closed.wait_for(|closed| *closed) => return None,
                event = events.recv() => match event {
                    Ok(LiveEvent::Message { to, message, kind }) => {
                        let data = json!({"number": format!("+{to}"), "message": *message});
                        format!("event: {kind}\ndata: {data}\n\n")
                    }
                    Ok(LiveEvent::Reply { to, reply }) => {
                        let data = json!({"number": format!("+{to}"), "reply": *reply});
                        format!("event: reply\ndata: {data}\n\n")
                    }
                    // Whoever fell behind, or saw everything vanish, looks at the whole again.
                    Ok(LiveEvent::Reload) | Err(RecvError::Lagged(_)) => {
                        "event: reload\ndata: {}\n\n".to_owned()
                    }
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(KEEP_ALIVE) => ": still here\n\n".to_owned(),
            };
            Some((Ok(Bytes::from(line)), (None, (events, closed))))
        },
    )
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
