//! How a refusal of the use case is answered.

use actix_web::HttpResponse;
use otp_core::usecases::manage_own_keys::ManageOwnKeysError;

use crate::error_page::Problem;
use crate::paths;
use crate::prove_page;
use crate::visit::Visit;

/// Answers with the page of a refusal.
pub(super) fn refuse(visit: &Visit, error: ManageOwnKeysError) -> HttpResponse {
    match error {
        ManageOwnKeysError::NotFresh => prove_page::first(paths::KEYS),
        ManageOwnKeysError::NotFound
        | ManageOwnKeysError::NotActive
        | ManageOwnKeysError::TooMany => visit.problem(Problem::NotFound),
        ManageOwnKeysError::TestAccount(error) => visit.failed(&error),
        ManageOwnKeysError::Port(error) => visit.failed(&error),
    }
}
