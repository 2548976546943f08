//! The states of the second factor.

use actix_web::http::StatusCode;

use super::{QrCode, RecoveryCodesPage, SecondFactorPage, ShownSecret};
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

impl Samples for SecondFactorPage {
    const NAME: &'static str = "second-factor";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let secret = || ShownSecret {
            qr: QrCode::of("otpauth://totp/Noor:sara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            text: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        };
        let sample = |secret| Self::new(page.clone(), Frame::sample(Place::Settings), secret);
        let wrong = Self {
            code: Field::new(FieldKind::AppCode, "", Some(Fault::WrongAppCode)),
            ..sample(Some(secret()))
        };
        vec![
            ("start", StatusCode::OK, sample(None)),
            ("secret", StatusCode::OK, sample(Some(secret()))),
            ("wrong", StatusCode::UNPROCESSABLE_ENTITY, wrong),
        ]
    }
}

impl Samples for RecoveryCodesPage {
    const NAME: &'static str = "recovery-codes";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            codes: (0..10).map(|place| format!("2345{place}-789AB")).collect(),
        };
        vec![("ten", StatusCode::OK, sample)]
    }
}
