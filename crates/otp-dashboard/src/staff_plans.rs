//! `/admin/plans`: the plans that are offered, and those that were.

mod retire;
mod samples;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Payload, ServiceConfig};
use askama::Template;
use otp_core::person::permission::StaffAction;
use otp_core::plan::{InvalidMoney, Money, Plan};
use otp_core::usecases::create_plan::{CreatePlanError, NewPlan};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::prove_page;
use crate::typed::Typed;
use crate::visit::Visit;
use view::{StaffPlan, plans};

pub(crate) use retire::RetirePlanPage;

#[derive(Template)]
#[template(path = "staff_plans.html")]
pub(crate) struct StaffPlansPage {
    page: Page,
    frame: Frame,
    /// Those that are offered come first.
    plans: Vec<StaffPlan>,
    /// Whether the viewer may create and retire plans.
    may_manage: bool,
    name: Field,
    credits: Field,
    price: Field,
    currency: Field,
    refused: Option<Refused>,
}

impl FormPage for StaffPlansPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.name, &self.credits, &self.price, &self.currency]
    }
}

impl StaffPlansPage {
    /// Makes the page of plans, oldest first. The currency is that of the newest plan until another one is typed.
    fn new(page: Page, frame: Frame, plans: &[Plan], may_manage: bool) -> Self {
        let offered = plans.iter().filter(|plan| plan.is_offered());
        let retired = plans.iter().filter(|plan| !plan.is_offered());
        let mut newest_first = plans.iter().rev();
        let priced = newest_first.find_map(|plan| plan.price);
        let currency = priced.map_or_else(String::new, |price| price.currency.as_str().to_owned());
        Self {
            page,
            frame,
            plans: offered.chain(retired).map(StaffPlan::from).collect(),
            may_manage,
            name: Field::empty(FieldKind::PlanName),
            credits: Field::empty(FieldKind::GrantedCredits),
            price: Field::empty(FieldKind::PlanPrice),
            currency: Field::new(FieldKind::Currency, &currency, None),
            refused: None,
        }
    }
}

/// The fields of the form, as typed.
struct Filled {
    name: Field,
    credits: Field,
    price: Field,
    currency: Field,
}

impl Filled {
    /// Reads the form: its fields as the page shows them, and the plan if no text has a fault.
    fn read(typed: &Typed) -> (Self, Option<NewPlan>) {
        let text = |kind: FieldKind| typed.get(kind.name());
        let kind = FieldKind::PlanName;
        let (name, named) = read(kind, text(kind), fields::plan_name);
        let kind = FieldKind::GrantedCredits;
        let (credits, granted) = read(kind, text(kind), fields::credits);
        let (amount, code) = (text(FieldKind::PlanPrice), text(FieldKind::Currency));
        let mut price = Field::new(FieldKind::PlanPrice, amount, None);
        let mut currency = Field::new(FieldKind::Currency, code, None);
        let money = match fields::plan_price(amount, code) {
            Ok(money) => Some(money),
            Err(InvalidMoney::Amount) => {
                price.refuse(Fault::NoPlanPrice);
                None
            }
            Err(InvalidMoney::Currency) => {
                currency.refuse(Fault::NoCurrency);
                None
            }
        };
        let plan = named.zip(granted).zip(money);
        let plan = plan.map(|((name, credits), price): (_, Option<Money>)| NewPlan {
            name: name.as_str().to_owned(),
            credits,
            price,
        });
        let filled = Self {
            name,
            credits,
            price,
            currency,
        };
        (filled, plan)
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/plans").get(show).post(create).finish())
        .service(retire::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtPlans).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

async fn create(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (mut filled, plan) = Filled::read(&typed);
    let Some(plan) = plan else {
        return refilled(&visit, &viewer, filled).await;
    };
    let (create, of) = (visit.state.create_plan.clone(), viewer.clone());
    let created = visit.run(async move { create.execute(plan, StaffActor::Viewer(&of)).await });
    match created.await {
        Ok(Ok(_)) => answer::go_to(Place::Plans.path()),
        Ok(Err(CreatePlanError::NameTaken)) => {
            filled.name.refuse(Fault::PlanNameTaken);
            refilled(&visit, &viewer, filled).await
        }
        Ok(Err(CreatePlanError::NotFresh)) => prove_page::first(Place::Plans.path()),
        Ok(Err(CreatePlanError::Forbidden)) => visit.problem(Problem::RoleForbids),
        Ok(Err(CreatePlanError::Port(error))) => visit.failed(&error),
        Err(answer) => answer,
    }
}

/// Answers with the page, with the form as it was sent.
async fn refilled(visit: &Visit, viewer: &Viewer, filled: Filled) -> HttpResponse {
    match page_of(visit, viewer).await {
        Ok(mut page) => {
            (page.name, page.credits) = (filled.name, filled.credits);
            (page.price, page.currency) = (filled.price, filled.currency);
            page.answer()
        }
        Err(answer) => answer,
    }
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<StaffPlansPage, HttpResponse> {
    let plans = plans(visit).await?;
    let frame = visit.frame(viewer, Place::Plans);
    let may_manage = viewer.may_as_staff(StaffAction::ManagePlans);
    Ok(StaffPlansPage::new(visit.page(), frame, &plans, may_manage))
}
