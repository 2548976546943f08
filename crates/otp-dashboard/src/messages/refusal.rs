//! How a refusal of the use case is answered.

use actix_web::HttpResponse;
use otp_core::usecases::browse_messages::BrowseMessagesError;

use crate::error_page::Problem;
use crate::visit::Visit;

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: BrowseMessagesError) -> HttpResponse {
    match error {
        BrowseMessagesError::NotFound => visit.problem(Problem::NotFound),
        BrowseMessagesError::Port(error) => visit.failed(&error),
        BrowseMessagesError::Unreadable(_) => visit.failed(&error),
    }
}
