//! The path of a form that asks for a code: it names the code that was sent.

use actix_web::HttpResponse;
use otp_core::ids::{VerificationId, parse_uuid};
use otp_core::usecases::prove_address::{ProofPurpose, ProveAddress, ProveAddressError, SentCode};
use serde::Deserialize;

use crate::error_page::Problem;
use crate::visit::Visit;

/// The variable part of the path.
#[derive(Debug, Deserialize)]
pub(crate) struct ProofPath {
    id: String,
}

impl ProofPath {
    /// Finds the code that was sent under this id; the page of a problem if there is none.
    pub(crate) async fn find(
        &self,
        visit: &Visit,
        prove: &ProveAddress,
        purpose: ProofPurpose,
    ) -> Result<SentCode, HttpResponse> {
        let Ok(id) = parse_uuid(&self.id) else {
            return Err(visit.problem(Problem::NotFound));
        };
        let prove = prove.clone();
        let found = visit.run(async move { prove.find(VerificationId(id), purpose).await });
        found.await?.map_err(|error| match error {
            ProveAddressError::NotFound => visit.problem(Problem::NotFound),
            ProveAddressError::Port(error) => visit.failed(&error),
            ProveAddressError::CoolingDown { .. }
            | ProveAddressError::TooManyAttempts { .. }
            | ProveAddressError::Incorrect { .. }
            | ProveAddressError::Over(_)
            | ProveAddressError::NoMailServer
            | ProveAddressError::Failed(_) => visit.failed(&error),
        })
    }
}
