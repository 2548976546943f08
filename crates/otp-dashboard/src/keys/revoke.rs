//! `/dashboard/keys/{id}/revoke`: asks before a key is revoked, which is final.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::{ApiKeyId, parse_uuid};
use otp_edge::resource_at;

use super::refusal::refuse;
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "revoke_key.html")]
pub(crate) struct RevokePage {
    page: Page,
    frame: Frame,
    name: String,
    /// The first characters of the key.
    hint: String,
}

pub(super) fn resource() -> Resource {
    resource_at("/keys/{id}/revoke")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let frame = visit.frame(&viewer, Place::Keys);
    let manage = visit.state.manage_own_keys.clone();
    let found = visit.run(async move { manage.find_managed(&viewer, ApiKeyId(id)).await });
    match found.await {
        Ok(Ok(key)) => {
            let page = RevokePage {
                page: visit.page(),
                frame,
                name: key.name,
                hint: format!("{}…", key.hint),
            };
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let manage = visit.state.manage_own_keys.clone();
    let revoked = visit.run(async move { manage.revoke(&viewer, ApiKeyId(id)).await });
    match revoked.await {
        Ok(Ok(())) => answer::go_to(paths::KEYS),
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

impl Samples for RevokePage {
    const NAME: &'static str = "revoke-key";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |name: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Keys),
            name: name.to_owned(),
            hint: "otp_live_7kQx…".to_owned(),
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        vec![
            ("asked", StatusCode::OK, sample("prod")),
            ("hostile", StatusCode::OK, sample(&hostile)),
        ]
    }
}
