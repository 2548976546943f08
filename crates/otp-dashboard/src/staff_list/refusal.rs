//! How a refusal of the use case is answered.

use actix_web::HttpResponse;
use otp_core::usecases::manage_staff::ManageStaffError;

use crate::error_page::Problem;
use crate::paths;
use crate::prove_page;
use crate::visit::Visit;

/// Answers with the page of a refusal.
pub(super) fn refuse(visit: &Visit, error: ManageStaffError) -> HttpResponse {
    match error {
        ManageStaffError::NotFresh => prove_page::first(paths::STAFF_LIST),
        ManageStaffError::Forbidden => visit.problem(Problem::RoleForbids),
        ManageStaffError::PersonNotFound | ManageStaffError::Refused(_) => {
            visit.problem(Problem::NotFound)
        }
        ManageStaffError::Port(error) => visit.failed(&error),
    }
}
