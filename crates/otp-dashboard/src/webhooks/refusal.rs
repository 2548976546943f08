//! How a refusal of the use case is answered.

use actix_web::HttpResponse;
use otp_core::usecases::manage_own_webhooks::ManageOwnWebhooksError;

use crate::answer;
use crate::error_page::Problem;
use crate::prove_page;
use crate::visit::Visit;

/// Answers with the page of a refusal. `here` is the page that the person comes from.
pub(super) fn refuse(visit: &Visit, here: &str, error: ManageOwnWebhooksError) -> HttpResponse {
    match error {
        ManageOwnWebhooksError::NotFresh => prove_page::first(here),
        // The endpoint was disabled meanwhile, which its page says.
        ManageOwnWebhooksError::Disabled => answer::go_to(here),
        ManageOwnWebhooksError::NotFound
        | ManageOwnWebhooksError::TooMany
        | ManageOwnWebhooksError::Url(_) => visit.problem(Problem::NotFound),
        ManageOwnWebhooksError::TestAccount(error) => visit.failed(&error),
        ManageOwnWebhooksError::Unreadable(error) => visit.failed(&error),
        ManageOwnWebhooksError::Port(error) => visit.failed(&error),
    }
}
