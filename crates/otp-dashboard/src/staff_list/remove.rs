//! `/admin/people/{id}/remove`: asks before a person is taken out of the staff.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::{PersonId, parse_uuid};
use otp_core::person::permission::StaffAction;
use otp_core::person::staff::StaffRole;
use otp_core::usecases::manage_staff::StaffManager;
use otp_edge::resource_at;

use super::{page_of, refuse};
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "remove_staff.html")]
pub(crate) struct RemoveStaffPage {
    page: Page,
    frame: Frame,
    name: String,
    email: String,
    role: StaffRole,
}

pub(super) fn resource() -> Resource {
    resource_at("/people/{id}/remove")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::ManageStaff).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let list = match page_of(&visit, &viewer).await {
        Ok(list) => list,
        Err(answer) => return answer,
    };
    let mut staff = list.staff.into_iter();
    let Some(found) = staff.find(|staff| staff.id == *path) else {
        return visit.problem(Problem::NotFound);
    };
    let page = RemoveStaffPage {
        page: list.page,
        frame: list.frame,
        name: found.name,
        email: found.email,
        role: found.role,
    };
    answer::page(StatusCode::OK, &page)
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_staff(StaffAction::ManageStaff, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let removed = visit.run(async move {
        let by = StaffManager::Viewer(&of);
        manage.remove(by, PersonId(id)).await
    });
    match removed.await {
        Ok(Ok(())) => answer::go_to(paths::STAFF_LIST),
        Ok(Err(error)) => refuse(&visit, &viewer, error).await,
        Err(answer) => answer,
    }
}

impl Samples for RemoveStaffPage {
    const NAME: &'static str = "remove-staff";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |name: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Staff),
            name: name.to_owned(),
            email: "omar@gateway.example".to_owned(),
            role: StaffRole::Finance,
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        vec![
            ("asked", StatusCode::OK, sample("عمر السعدي")),
            ("hostile", StatusCode::OK, sample(&hostile)),
        ]
    }
}
