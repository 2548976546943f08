//! How a refusal of the use case is answered.

use actix_web::HttpResponse;
use otp_core::person::team::TeamRefusal;
use otp_core::usecases::manage_team::ManageTeamError;

use crate::error_page::Problem;
use crate::form::Refused;
use crate::paths;
use crate::prove_page;
use crate::visit::Visit;

/// Returns what the form says of a refusal; `None` if another page answers it.
pub(super) fn refused_form(error: &ManageTeamError) -> Option<Refused> {
    match error {
        ManageTeamError::NoMailServer => Some(Refused::NoMailServer),
        ManageTeamError::Refused(refusal) => match refusal {
            TeamRefusal::LastOwner => Some(Refused::LastOwner),
            TeamRefusal::AlreadyMember => Some(Refused::AlreadyMember),
            TeamRefusal::AlreadyInvited => Some(Refused::AlreadyInvited),
            TeamRefusal::Full => Some(Refused::TeamFull),
            TeamRefusal::TooManyInvitations => Some(Refused::ManyInvitations),
            TeamRefusal::NotMember | TeamRefusal::InvitationOver | TeamRefusal::AddressTaken => {
                None
            }
        },
        ManageTeamError::Forbidden | ManageTeamError::NotFresh | ManageTeamError::Port(_) => None,
    }
}

/// Answers with the page of a refusal.
pub(super) fn refuse(visit: &Visit, error: ManageTeamError) -> HttpResponse {
    match error {
        ManageTeamError::NotFresh => prove_page::first(paths::TEAM),
        ManageTeamError::Forbidden
        | ManageTeamError::NoMailServer
        | ManageTeamError::Refused(_) => visit.problem(Problem::NotFound),
        ManageTeamError::Port(error) => visit.failed(&error),
    }
}
