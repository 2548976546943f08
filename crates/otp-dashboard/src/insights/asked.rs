//! The report that a request asks for.

use actix_web::HttpResponse;
use otp_core::insights::InsightsReport;
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::show_own_insights::ShowOwnInsightsError;

use super::filter::Filter;
use crate::error_page::Problem;
use crate::visit::Visit;

/// Returns the report that the filter describes, or the page of a refusal.
pub(super) async fn report(
    visit: &Visit,
    viewer: Viewer,
    filter: &Filter,
) -> Result<InsightsReport, HttpResponse> {
    let show = visit.state.show_own_insights.clone();
    let (mode, length, wanted) = (filter.mode, filter.length, filter.wanted());
    let shown = async move { show.execute(&viewer, mode, length, &wanted).await };
    visit.run(shown).await?.map_err(|error| match error {
        ShowOwnInsightsError::NotFound => visit.problem(Problem::NotFound),
        ShowOwnInsightsError::Port(error) => visit.failed(&error),
    })
}
