//! The parts that the pages of prices share.

use actix_web::HttpResponse;
use otp_core::credits::Credits;
use otp_core::pricing::PriceKey;
use otp_core::usecases::set_prices::SetPricesError;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::Place;
use crate::markup::Markup;
use crate::page::Page;
use crate::visit::Visit;

/// Returns the name of what a price is for.
pub(super) fn priced(page: &Page, code: &str) -> Markup {
    match (code, page.country(code)) {
        (_, Some(name)) => name,
        ("EMAIL", None) => page.t("price-of-mail"),
        ("001", None) => page.t("region-of-no-country"),
        (_, None) => page.t("region-unknown"),
    }
}

/// Returns the table of prices.
pub(super) async fn table(visit: &Visit) -> Result<Vec<(PriceKey, Credits)>, HttpResponse> {
    let list = visit.state.list_prices.clone();
    let listed = visit.run(async move { list.execute().await });
    listed.await?.map_err(|error| visit.failed(&error))
}

/// Answers with the page of a refusal.
pub(super) fn refuse(visit: &Visit, error: SetPricesError) -> HttpResponse {
    match error {
        SetPricesError::Forbidden => visit.problem(Problem::RoleForbids),
        // The page of the difference answers it itself.
        SetPricesError::Changed => answer::go_to(Place::Prices.path()),
        SetPricesError::Port(error) => visit.failed(&error),
    }
}
