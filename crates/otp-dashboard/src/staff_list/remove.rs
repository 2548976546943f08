//! `/admin/people/{id}/remove`: asks before a person is taken out of the staff.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::{PersonId, parse_uuid};
use otp_core::person::permission::StaffAction;
use otp_core::person::staff::{StaffRefusal, StaffRole};
use otp_core::usecases::manage_staff::ManageStaffError;
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use super::refusal::refuse;
use crate::answer;
use crate::error_page::Problem;
use crate::form::{Field, FormPage, Refused};
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
    refused: Option<Refused>,
}

impl FormPage for RemoveStaffPage {
    fn fields(&self) -> Vec<&Field> {
        Vec::new()
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
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
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    answered(&visit, &viewer, PersonId(id), None).await
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_staff(StaffAction::ManageStaff, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path).map(PersonId) else {
        return visit.problem(Problem::NotFound);
    };
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let removed = visit.run(async move { manage.remove(StaffActor::Viewer(&of), id).await });
    match removed.await {
        Ok(Ok(())) => answer::go_to(paths::STAFF_LIST),
        Ok(Err(ManageStaffError::Refused(StaffRefusal::LastAdmin))) => {
            answered(&visit, &viewer, id, Some(Refused::LastAdmin)).await
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Answers with the page about a person of the staff.
async fn answered(
    visit: &Visit,
    viewer: &Viewer,
    id: PersonId,
    refused: Option<Refused>,
) -> HttpResponse {
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let listed = visit.run(async move { manage.list(StaffActor::Viewer(&of)).await });
    let staff = match listed.await {
        Ok(Ok(staff)) => staff,
        Ok(Err(error)) => return refuse(visit, error),
        Err(answer) => return answer,
    };
    let mut staff = staff.into_iter();
    let Some(found) = staff.find(|staff| staff.member.person_id == id) else {
        return visit.problem(Problem::NotFound);
    };
    let page = RemoveStaffPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Staff),
        name: found.details.name.as_str().to_owned(),
        email: found.details.email.as_str().to_owned(),
        role: found.member.role,
        refused,
    };
    page.answer()
}

impl Samples for RemoveStaffPage {
    const NAME: &'static str = "remove-staff";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |name: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Staff),
            name: name.to_owned(),
            email: "omar@gateway.example".to_owned(),
            role: StaffRole::Admin,
            refused: None,
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let last_admin = Self {
            refused: Some(Refused::LastAdmin),
            ..sample("Karim Haddad")
        };
        vec![
            ("asked", StatusCode::OK, sample("عمر السعدي")),
            ("hostile", StatusCode::OK, sample(&hostile)),
            ("last-admin", StatusCode::UNPROCESSABLE_ENTITY, last_admin),
        ]
    }
}
