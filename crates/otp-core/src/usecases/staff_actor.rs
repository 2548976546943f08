//! Staff actor: whoever acts for the operator, at the command line or in the browser.

use crate::audit::Actor;
use crate::person::permission::StaffAction;
use crate::usecases::resume_session::Viewer;

/// Whoever acts for the operator of the gateway.
#[derive(Debug, Clone)]
pub enum StaffActor<'a> {
    /// An operator at the command line, who may do everything.
    Operator(Actor),
    /// A person in the browser.
    Viewer(&'a Viewer),
}

impl StaffActor<'_> {
    /// Returns who acts, as the audit trail names them; `None` if their role does not allow this.
    pub(super) fn authorise(self, action: StaffAction) -> Option<Actor> {
        match self {
            Self::Operator(actor) => Some(actor),
            Self::Viewer(viewer) => {
                let may = viewer.may_as_staff(action);
                may.then(|| viewer.person.id.actor())
            }
        }
    }
}
