//! The states of the list of plans.

use actix_web::http::StatusCode;
use otp_core::person::staff::StaffRole;
use otp_core::plan::Money;
use otp_core::time::Timestamp;

use super::StaffPlansPage;
use super::view::ShownPlan;
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

impl ShownPlan {
    /// Returns a plan for the states of a page.
    pub(super) fn sample(number: u8, name: &str, retired_at: Option<Timestamp>) -> Self {
        let price = Money::parse("149.00", "USD").ok();
        Self {
            id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
            name: name.to_owned(),
            credits: u64::from(number).pow(5) * 1_000,
            price: price.filter(|_| number != 3).into(),
            created_at: Timestamp::from_unix_millis(1_790_000_000_000),
            retired_at,
        }
    }
}

fn several() -> Vec<ShownPlan> {
    let retired = Some(Timestamp::from_unix_millis(1_795_874_531_000));
    let hostile = "<b>\"'&</b><script>alert(1)</script>";
    vec![
        ShownPlan::sample(1, "Starter", None),
        ShownPlan::sample(2, "باقة الأعمال", None),
        ShownPlan::sample(3, "Large", None),
        ShownPlan::sample(18, hostile, None),
        ShownPlan::sample(4, &"A plan with a long name ".repeat(8), retired),
    ]
}

impl Samples for StaffPlansPage {
    const NAME: &'static str = "staff-plans";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |plans| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Plans),
            plans,
            may_manage: true,
            name: Field::empty(FieldKind::PlanName),
            credits: Field::empty(FieldKind::GrantedCredits),
            price: Field::empty(FieldKind::PlanPrice),
            currency: Field::new(FieldKind::Currency, "USD", None),
            refused: None,
        };
        let fault = |kind, typed: &str, fault| Field::new(kind, typed, Some(fault));
        let faults = Self {
            name: fault(FieldKind::PlanName, "Starter", Fault::PlanNameTaken),
            credits: fault(FieldKind::GrantedCredits, "many", Fault::NoCredits),
            price: fault(FieldKind::PlanPrice, "19.999", Fault::NoPlanPrice),
            currency: fault(FieldKind::Currency, "<b>$\"", Fault::NoCurrency),
            ..sample(several())
        };
        let mut frame = Frame::sample(Place::Plans);
        frame.staff = Some(StaffRole::Support);
        let support = |plans| Self {
            frame: frame.clone(),
            may_manage: false,
            ..sample(plans)
        };
        vec![
            ("empty", StatusCode::OK, sample(Vec::new())),
            ("several", StatusCode::OK, sample(several())),
            ("faults", StatusCode::UNPROCESSABLE_ENTITY, faults),
            ("support", StatusCode::OK, support(several())),
            ("support-empty", StatusCode::OK, support(Vec::new())),
        ]
    }
}
