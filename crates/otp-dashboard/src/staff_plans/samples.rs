//! The states of the list of plans.

use actix_web::http::StatusCode;
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;

use super::StaffPlansPage;
use super::view::StaffPlan;
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::purchase::ShownPlan;
use crate::samples::Samples;

impl StaffPlan {
    /// Returns a plan for the states of a page.
    pub(super) fn sample(number: u8, name: &str, retired_at: Option<Timestamp>) -> Self {
        let price = Some("149.00").filter(|_| number != 3);
        Self {
            shown: ShownPlan {
                credits: u64::from(number).pow(5) * 1_000,
                ..ShownPlan::sample(number, name, price)
            },
            created_at: Timestamp::from_unix_millis(1_790_000_000_000),
            retired_at,
        }
    }
}

fn several() -> Vec<StaffPlan> {
    let retired = Some(Timestamp::from_unix_millis(1_795_874_531_000));
    let hostile = "<b>\"'&</b><script>alert(1)</script>";
    vec![
        StaffPlan::sample(1, "Starter", None),
        StaffPlan::sample(2, "باقة الأعمال", None),
        StaffPlan::sample(3, "Large", None),
        StaffPlan::sample(18, hostile, None),
        StaffPlan::sample(4, &"A plan with a long name ".repeat(8), retired),
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
