//! The states of the list of prices.

use actix_web::http::StatusCode;
use otp_core::person::staff::StaffRole;

use super::{ShownPrice, StaffPricesPage};
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

fn several() -> Vec<ShownPrice> {
    let price = |code: &str, credits| ShownPrice {
        code: code.to_owned(),
        credits,
    };
    // A list cannot have an unknown code, but a table may.
    vec![
        price("001", 40),
        price("EG", 3),
        price("EMAIL", 1),
        price("GS", 2_000_000_000),
        price("SA", 2),
        price("XX", 4),
    ]
}

impl Samples for StaffPricesPage {
    const NAME: &'static str = "staff-prices";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |prices| Self::new(page.clone(), Frame::sample(Place::Prices), prices, true);
        let fault = |kind, typed: &str, fault| Field::new(kind, typed, Some(fault));
        let hostile = "<b>\"'&</b><script>alert(1)</script>";
        let faults = Self {
            country: fault(FieldKind::PriceCountry, hostile, Fault::NoPriceCountry),
            credits: fault(FieldKind::GrantedCredits, "0", Fault::NoCredits),
            ..sample(several())
        };
        let mut frame = Frame::sample(Place::Prices);
        frame.staff = Some(StaffRole::Auditor);
        let auditor = Self::new(page.clone(), frame, several(), false);
        vec![
            ("empty", StatusCode::OK, sample(Vec::new())),
            ("several", StatusCode::OK, sample(several())),
            ("faults", StatusCode::UNPROCESSABLE_ENTITY, faults),
            ("auditor", StatusCode::OK, auditor),
        ]
    }
}
