//! The mailboxes: the mails that arrived, and how the next ones are treated.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    MAX_LISTED,
    request::{Answer, Body, ControlError, read, timeout},
};
use crate::{Sandbox, mailbox::Treatment};

/// A mail is shown as a mail reader shows it: with its own styles, and without scripts, pictures or links
/// to follow. Only the page may frame it.
const MAIL_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The query of `GET control/mails`.
#[derive(Debug, Deserialize)]
pub(super) struct MailsQuery {
    to: Option<String>,
    #[serde(default)]
    at_least: usize,
    timeout_ms: Option<u64>,
}

/// `GET control/mails`: the mails, oldest first, or those to one address.
pub(super) async fn list(sandbox: Data<Sandbox>, query: Query<MailsQuery>) -> Answer {
    let to = query.to.as_deref();
    let wait = timeout(query.timeout_ms);
    let found = sandbox
        .wait_for(wait, |state| {
            let mails = state.mailbox.latest(MAX_LISTED, to);
            let shown = || mails.iter().map(|mail| mail.to_json()).collect();
            (mails.len() >= query.at_least).then(shown)
        })
        .await;
    let mails: Vec<Value> = found.ok_or_else(|| {
        ControlError::not_found(format!(
            "fewer than {} mails within {} ms",
            query.at_least,
            wait.as_millis()
        ))
    })?;
    Ok(HttpResponse::Ok().json(json!({ "mails": mails })))
}

/// `GET control/mails/{id}/html`: the HTML of a mail, for a frame of the page.
pub(super) async fn html(sandbox: Data<Sandbox>, id: Path<u64>) -> Answer {
    let html = sandbox.state().mailbox.html(*id);
    let html = html.ok_or_else(|| ControlError::not_found("no mail with HTML has this id"))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html))
}

/// The body of `PUT control/mails/treatment`. `{}` accepts every mail again.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TreatmentRequest {
    code: Option<u16>,
    drop_after_data: bool,
    times: Option<u32>,
}

/// `PUT control/mails/treatment`: refuses mails, or breaks the connection after it has taken them.
pub(super) async fn put_treatment(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: TreatmentRequest = read(body)?;
    if request.code.is_some_and(|code| !(400..600).contains(&code)) {
        return Err(ControlError::bad("\"code\" is between 400 and 599"));
    }
    if request.times == Some(0) {
        return Err(ControlError::bad("\"times\" is at least 1"));
    }
    sandbox.state().mailbox.set_treatment(Treatment {
        code: request.code,
        drop_after_data: request.drop_after_data,
        times: request.times,
    });
    Ok(HttpResponse::Ok().json(request))
}
