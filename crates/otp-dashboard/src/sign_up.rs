//! `/sign-up`: a person proves a mail address, and opens an account.

use actix_web::web::Data;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_core::usecases::prove_address::{ProveAddress, SentCode};
use otp_core::usecases::sign_up::{SignUpError, SignUpRequest};

use crate::address_page::{ProofFor, Refusal};
use crate::error_page::Problem;
use crate::fields;
use crate::form::{FieldKind, Refused};
use crate::proof_page::{ProofForm, ProofPage};
use crate::state::DashboardState;
use crate::typed::Typed;
use crate::visit::Visit;

/// The pages of this purpose.
pub(crate) struct SignUpForm;

impl ProofForm for SignUpForm {
    const FOR: ProofFor = ProofFor::SignUp;

    type Request = SignUpRequest;
    type Error = SignUpError;

    fn is_open(state: &DashboardState) -> bool {
        state.sign_up.is_open()
    }

    fn prove(state: &DashboardState) -> &ProveAddress {
        &state.sign_up.prove
    }

    async fn begin(
        state: Data<DashboardState>,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, SignUpError> {
        state.sign_up.begin(address, language).await
    }

    fn read(
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
        page: &mut ProofPage,
    ) -> Option<SignUpRequest> {
        let guess = page.read(FieldKind::Code, typed, fields::code);
        let name = page.read(FieldKind::Name, typed, fields::name);
        let company = page.read(FieldKind::Company, typed, fields::company);
        let phone = page.read(FieldKind::Phone, typed, fields::phone);
        let address = page.read(FieldKind::Address, typed, fields::address);
        Some(SignUpRequest {
            verification,
            guess: guess?,
            name: name?,
            company: company?,
            phone: phone?,
            address: address?,
            password: Password::typed(typed.get(FieldKind::NewPassword.name()).to_owned()),
            language: visit.language(),
            device: visit.device(),
            instead_of: visit.session_hash(),
        })
    }

    async fn execute(
        state: Data<DashboardState>,
        request: SignUpRequest,
    ) -> Result<BegunSession, SignUpError> {
        state.sign_up.execute(request).await
    }
}

impl From<SignUpError> for Refusal {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::NotOpen => Self::Problem(Problem::SignUpClosed),
            SignUpError::Password(refused) => Self::Field(refused.into()),
            SignUpError::Proof(error) => error.into(),
            SignUpError::AddressTaken => Self::Form(Refused::AddressTaken),
            SignUpError::Port(error) => Self::Failed(error.into()),
        }
    }
}
