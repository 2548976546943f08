//! `/password`: a person who has forgotten the password proves the mail address, and sets a new one.

use actix_web::web::Data;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_core::usecases::prove_address::{ProveAddress, SentCode};
use otp_core::usecases::reset_password::{ResetPasswordError, ResetPasswordRequest};

use crate::address_page::{ProofFor, Refusal};
use crate::fields;
use crate::form::{FieldKind, Refused};
use crate::proof_page::{ProofForm, ProofPage};
use crate::state::DashboardState;
use crate::typed::Typed;
use crate::visit::Visit;

/// The pages of this purpose.
pub(crate) struct ResetPasswordForm;

impl ProofForm for ResetPasswordForm {
    const FOR: ProofFor = ProofFor::NewPassword;

    type Request = ResetPasswordRequest;
    type Error = ResetPasswordError;

    fn prove(state: &DashboardState) -> &ProveAddress {
        &state.reset_password.prove
    }

    async fn begin(
        state: Data<DashboardState>,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, ResetPasswordError> {
        state.reset_password.begin(address, language).await
    }

    fn read(
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
        page: &mut ProofPage,
    ) -> Option<ResetPasswordRequest> {
        let guess = page.read(FieldKind::Code, typed, fields::code);
        Some(ResetPasswordRequest {
            verification,
            guess: guess?,
            password: Password::typed(typed.get(FieldKind::NewPassword.name()).to_owned()),
            device: visit.device(),
            instead_of: visit.session_hash(),
        })
    }

    async fn execute(
        state: Data<DashboardState>,
        request: ResetPasswordRequest,
    ) -> Result<BegunSession, ResetPasswordError> {
        state.reset_password.execute(request).await
    }
}

impl From<ResetPasswordError> for Refusal {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::Password(refused) => Self::Field(refused.into()),
            ResetPasswordError::Proof(error) => error.into(),
            ResetPasswordError::NobodyHasAddress => Self::Form(Refused::NobodyHasAddress),
            ResetPasswordError::Port(error) => Self::Failed(error.into()),
        }
    }
}
