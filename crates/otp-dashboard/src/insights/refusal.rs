//! The answers of refusals.

use actix_web::HttpResponse;
use otp_core::usecases::show_own_insights::ShowOwnInsightsError;

use crate::error_page::Problem;
use crate::visit::Visit;

/// Answers with the page of a refusal.
pub(super) fn refuse(visit: &Visit, error: &ShowOwnInsightsError) -> HttpResponse {
    match error {
        ShowOwnInsightsError::NotFound => visit.problem(Problem::NotFound),
        ShowOwnInsightsError::Port(error) => visit.failed(error),
    }
}
