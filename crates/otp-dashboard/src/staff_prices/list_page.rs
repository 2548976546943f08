//! The page that takes a list of prices.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use otp_core::pricing::{InvalidPriceList, PriceListFault};
use otp_core::usecases::resume_session::Viewer;

use crate::form::{Fault, Field, FieldKind, FormPage, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "import_prices.html")]
pub(crate) struct ImportPricesPage {
    page: Page,
    frame: Frame,
    list: Field,
    refused: Option<Refused>,
}

impl FormPage for ImportPricesPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.list]
    }
}

/// Answers with the form again, and the fault of a line of the list.
pub(super) fn refused(
    visit: &Visit,
    viewer: &Viewer,
    text: &str,
    InvalidPriceList { line, fault }: InvalidPriceList,
) -> HttpResponse {
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let fault = match fault {
        PriceListFault::Header => Fault::PriceListHeader,
        PriceListFault::Columns => Fault::PriceListColumns { line },
        PriceListFault::Country => Fault::PriceListCountry { line },
        PriceListFault::Credits => Fault::PriceListCredits { line },
        PriceListFault::Twice(_) => Fault::PriceListTwice { line },
    };
    page_of(
        visit,
        viewer,
        Field::new(FieldKind::PriceList, text, Some(fault)),
    )
}

/// Answers with the form.
pub(super) fn page_of(visit: &Visit, viewer: &Viewer, list: Field) -> HttpResponse {
    let page = ImportPricesPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Prices),
        list,
        refused: None,
    };
    page.answer()
}

impl Samples for ImportPricesPage {
    const NAME: &'static str = "import-prices";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |typed: &str, fault| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Prices),
            list: Field::new(FieldKind::PriceList, typed, fault),
            refused: None,
        };
        let hostile = "country,credits\n</textarea><script>alert(1)</script>,2\nXX,2\n";
        let fault = Some(Fault::PriceListCountry { line: 2 });
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        let header = Some(Fault::PriceListHeader);
        vec![
            ("empty", StatusCode::OK, sample("", None)),
            ("fault", refused, sample(hostile, fault)),
            ("no-header", refused, sample("SA,2\n", header)),
        ]
    }
}
