//! `/admin/plans/{id}/retire`: asks before a plan is retired, which is final.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::PlanId;
use otp_core::person::permission::StaffAction;
use otp_core::usecases::retire_plan::RetirePlanError;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use super::view::{StaffPlan, plans};
use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::prove_page;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "retire_plan.html")]
pub(crate) struct RetirePlanPage {
    page: Page,
    frame: Frame,
    plan: StaffPlan,
}

pub(super) fn resource() -> Resource {
    resource_at("/plans/{id}/retire")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::ManagePlans).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let id = match visit.id(&path) {
        Ok(id) => PlanId(id),
        Err(answer) => return answer,
    };
    let plans = match plans(&visit).await {
        Ok(plans) => plans,
        Err(answer) => return answer,
    };
    match plans.iter().find(|plan| plan.id == id) {
        Some(plan) if plan.is_offered() => {
            let page = RetirePlanPage {
                page: visit.page(),
                frame: visit.frame(&viewer, Place::Plans),
                plan: plan.into(),
            };
            answer::page(StatusCode::OK, &page)
        }
        Some(_) => answer::go_to(Place::Plans.path()),
        None => visit.problem(Problem::NotFound),
    }
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let id = match visit.id(&path) {
        Ok(id) => PlanId(id),
        Err(answer) => return answer,
    };
    let retire = visit.state.retire_plan.clone();
    let retired = visit.run(async move { retire.execute(id, StaffActor::Viewer(&viewer)).await });
    match retired.await {
        Ok(Ok(_)) => answer::go_to(Place::Plans.path()),
        Ok(Err(RetirePlanError::NotFresh)) => {
            prove_page::first(&format!("{}/{id}/retire", Place::Plans.path()))
        }
        Ok(Err(RetirePlanError::Forbidden)) => visit.problem(Problem::RoleForbids),
        Ok(Err(RetirePlanError::NotFound(_))) => visit.problem(Problem::NotFound),
        Ok(Err(RetirePlanError::Port(error))) => visit.failed(&error),
        Err(answer) => answer,
    }
}

impl Samples for RetirePlanPage {
    const NAME: &'static str = "retire-plan";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |name: &str| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Plans),
            plan: StaffPlan::sample(1, name, None),
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        vec![
            ("asked", StatusCode::OK, sample("Standard")),
            ("hostile", StatusCode::OK, sample(&hostile)),
        ]
    }
}
