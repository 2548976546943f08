//! The states of the page that explains a send.

use actix_web::http::StatusCode;

use super::verdict::Verdict;
use super::{ExplainPage, Explained};
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

impl Samples for ExplainPage {
    const NAME: &'static str = "explain";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = || Self::new(page.clone(), Frame::sample(Place::Messages));
        let route = || {
            (
                "otp_code".to_owned(),
                "ar".to_owned(),
                "106540352242922".to_owned(),
            )
        };
        let explained = |verdict, balance, has_route: bool| Self {
            number: Field::new(FieldKind::Phone, "+966 55 123 4567", None),
            language: "ar".to_owned(),
            explained: Some(Explained {
                verdict,
                to: "+966551234567".to_owned(),
                region: "SA".to_owned(),
                price: 1,
                balance,
                route: has_route.then(route),
            }),
            ..empty()
        };
        let hostile = "\"><script>alert(1)</script>";
        let refused = Self {
            number: Field::new(FieldKind::Phone, hostile, Some(Fault::NoPhoneNumber)),
            language: hostile.to_owned(),
            ..empty()
        };
        let wait = Verdict::CoolingDown { seconds: 480 };
        let ok = StatusCode::OK;
        vec![
            ("empty", ok, empty()),
            ("sent", ok, explained(Verdict::Sent, 7_412, true)),
            ("cooling-down", ok, explained(wait, 7_412, true)),
            ("few-credits", ok, explained(Verdict::FewCredits, 0, true)),
            ("no-template", ok, explained(Verdict::NoTemplate, 1, false)),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, refused),
        ]
    }
}
