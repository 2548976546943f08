//! `/join`: a person who is invited to a team proves the mail address, and signs up.
//!
//! Whoever signs in with the address already finds the invitation [among their accounts](crate::own_accounts).

use actix_web::web::Data;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_core::usecases::join_team::{JoinTeamError, JoinTeamRequest};
use otp_core::usecases::prove_address::{ProveAddress, SentCode};

use crate::address_page::{ProofFor, Refusal};
use crate::error_page::Problem;
use crate::fields;
use crate::form::{FieldKind, Refused};
use crate::proof_page::{ProofForm, ProofPage};
use crate::state::DashboardState;
use crate::typed::Typed;
use crate::visit::Visit;

/// The pages of this purpose.
pub(crate) struct JoinForm;

impl ProofForm for JoinForm {
    const FOR: ProofFor = ProofFor::Team;

    type Request = JoinTeamRequest;
    type Error = JoinTeamError;

    fn is_open(state: &DashboardState) -> bool {
        state.join_team.is_open()
    }

    fn prove(state: &DashboardState) -> &ProveAddress {
        &state.join_team.prove
    }

    async fn begin(
        state: Data<DashboardState>,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, JoinTeamError> {
        state.join_team.begin(address, language).await
    }

    fn read(
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
        page: &mut ProofPage,
    ) -> Option<JoinTeamRequest> {
        let guess = page.read(FieldKind::Code, typed, fields::code);
        let name = page.read(FieldKind::Name, typed, fields::name);
        Some(JoinTeamRequest {
            verification,
            guess: guess?,
            name: name?,
            password: Password::typed(typed.get(FieldKind::NewPassword.name()).to_owned()),
            language: visit.language(),
            device: visit.device(),
            instead_of: visit.session_hash(),
        })
    }

    async fn execute(
        state: Data<DashboardState>,
        request: JoinTeamRequest,
    ) -> Result<BegunSession, JoinTeamError> {
        state.join_team.execute(request).await
    }
}

impl From<JoinTeamError> for Refusal {
    fn from(error: JoinTeamError) -> Self {
        match error {
            JoinTeamError::NotOpen => Self::Problem(Problem::SignUpClosed),
            JoinTeamError::NotInvited => Self::Form(Refused::NotInvited),
            JoinTeamError::AlreadyMember | JoinTeamError::AddressTaken => {
                Self::Form(Refused::AddressTaken)
            }
            JoinTeamError::Password(refused) => Self::Field(refused.into()),
            JoinTeamError::Proof(error) => error.into(),
            JoinTeamError::Port(error) => Self::Failed(error.into()),
        }
    }
}
