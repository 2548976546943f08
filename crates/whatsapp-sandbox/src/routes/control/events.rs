//! The stream of server-sent events that keeps open pages current.

use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use crate::{Sandbox, sandbox::LiveEvent};

/// The interval of comments that keep proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET control/events`: messages, statuses, replies and mails as they happen.
pub(crate) async fn events(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(live(&sandbox))
}

/// Returns the stream of one page. It ends when the sandbox closes.
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
                // A busy stream would never end if closing did not come first.
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
                    Ok(LiveEvent::Mail(mail)) => {
                        format!("event: mail\ndata: {}\n\n", json!({"mail": *mail}))
                    }
                    // A page that fell behind loads everything again.
                    Ok(LiveEvent::Reload) | Err(RecvError::Lagged(_)) => {
                        "event: reload\ndata: {}\n\n".to_owned()
                    }
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(KEEP_ALIVE) => ": keep-alive\n\n".to_owned(),
            };
            Some((Ok(Bytes::from(line)), (None, (events, closed))))
        },
    )
}
