//! The reason of a failed call, from the chain of errors of the HTTP client.

use std::error::Error;
use std::io::{self, ErrorKind};

use otp_core::webhook::WebhookFailure;

use crate::judged_resolver::LookupError;

/// Returns the reason that a call failed, or an answer broke off.
pub(crate) fn of(error: &reqwest::Error) -> WebhookFailure {
    if let Some(reason) = chain(error).find_map(known) {
        return reason;
    }
    if error.is_timeout() {
        WebhookFailure::Timeout
    } else if error.is_connect() && chain(error).any(is_hangup) {
        // TCP has no such error before a connection exists, so the handshake was cut off.
        WebhookFailure::Tls
    } else if error.is_connect() {
        WebhookFailure::Unreachable
    } else {
        WebhookFailure::ConnectionLost
    }
}

/// Returns the innermost error's text for the log, on one line and not longer than 200 characters. It
/// has no part of the request, but may have texts of the endpoint's certificate.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let root = chain(error).last().map(ToString::to_string);
    let text = root.unwrap_or_default();
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(visible).take(200).collect()
}

/// Returns the error and its sources, the outermost first.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |error| {
        source(*error)
    })
}

/// Returns the source. An I/O error that wraps another one would name the source of that one.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
}

/// Returns the reason if this error names it by itself.
fn known(error: &(dyn Error + 'static)) -> Option<WebhookFailure> {
    if let Some(lookup) = error.downcast_ref::<LookupError>() {
        return Some(match lookup {
            LookupError::Unknown => WebhookFailure::UnknownHost,
            LookupError::Forbidden(reason) => WebhookFailure::ForbiddenTarget(*reason),
        });
    }
    if error.is::<rustls::Error>() {
        return Some(WebhookFailure::Tls);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_parse().then_some(WebhookFailure::NotHttp);
    }
    let kind = error.downcast_ref::<io::Error>()?.kind();
    (kind == ErrorKind::ConnectionRefused).then_some(WebhookFailure::ConnectionRefused)
}

fn is_hangup(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(
        kind,
        Some(
            ErrorKind::UnexpectedEof
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
        )
    )
}
