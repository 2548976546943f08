//! The states of the page of an order for staff.

use actix_web::http::StatusCode;
use otp_core::order::OrderStatus;
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use super::{Drafts, ShownCustomer, ShownStep, StaffOrderPage};
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::order_view;
use crate::page::Page;
use crate::samples::Samples;

fn customer(name: &str, notes: &str) -> ShownCustomer {
    ShownCustomer {
        company: "Noor Retail".to_owned(),
        name: name.to_owned(),
        phone: "+966•••••••67".to_owned(),
        email: "s•••@noor.example".to_owned(),
        notes: Some(notes.to_owned()),
        payment: None,
    }
}

impl Samples for StaffOrderPage {
    const NAME: &'static str = "staff-order";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let step = |key, by: &str| ShownStep {
            key,
            by: by.to_owned(),
            at: Timestamp::from_unix_millis(1_795_874_531_000),
        };
        let person = "person 00000000-0000-7000-8000-000000000007";
        let sample = |status: OrderStatus| {
            let order = order_view::sample(2, "Standard", status);
            let mut history = vec![step("order-placed", person)];
            if status != OrderStatus::Pending {
                history.push(step(order.status_key(), person));
            }
            Self {
                page: page.clone(),
                frame: Frame::sample(Place::Orders),
                order,
                language: UiLanguage::Arabic,
                customer: Some(customer("Sara Al-Harbi", "Before Sunday.\nPO 2026-118")),
                drafts: None,
                credits_left: 840,
                activated: 2,
                declined: 0,
                history,
                reason: None,
                role: Some(StaffRole::Admin),
                credits: Field::new(FieldKind::GrantedCredits, "10000", None),
                payment: Field::empty(FieldKind::Payment),
                refused: None,
            }
        };
        let shown = Self {
            customer: Some(ShownCustomer {
                phone: "+966551234567".to_owned(),
                email: "sara@noor.example".to_owned(),
                ..customer("Sara Al-Harbi", "Before Sunday.")
            }),
            drafts: Some(Drafts {
                whatsapp: "https://wa.me/966551234567?text=Hello".to_owned(),
                mail: "mailto:sara@noor.example?subject=Order".to_owned(),
            }),
            ..sample(OrderStatus::Pending)
        };
        let payment = "x".repeat(201);
        let fault = Self {
            credits: Field::new(FieldKind::GrantedCredits, "0", Some(Fault::NoCredits)),
            payment: Field::new(FieldKind::Payment, &payment, Some(Fault::LongPayment)),
            ..sample(OrderStatus::Contacted)
        };
        let support = Self {
            role: Some(StaffRole::Support),
            ..sample(OrderStatus::Contacted)
        };
        let declined = Self {
            reason: Some("No reply for a month".to_owned()),
            ..sample(OrderStatus::Declined)
        };
        let erased = Self {
            customer: None,
            ..sample(OrderStatus::Withdrawn)
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let hostile = Self {
            order: order_view::sample(3, &hostile, OrderStatus::Pending),
            customer: Some(customer(&hostile, &hostile)),
            history: vec![step("order-placed", &hostile)],
            ..sample(OrderStatus::Pending)
        };
        vec![
            ("waiting", StatusCode::OK, sample(OrderStatus::Pending)),
            ("shown", StatusCode::OK, shown),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("support", StatusCode::OK, support),
            ("activated", StatusCode::OK, sample(OrderStatus::Activated)),
            ("declined", StatusCode::OK, declined),
            ("erased", StatusCode::OK, erased),
            ("hostile", StatusCode::OK, hostile),
        ]
    }
}
