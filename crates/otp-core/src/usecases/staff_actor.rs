//! Staff actor: whoever acts for the operator, at the command line or in the browser.

use crate::audit::Actor;
use crate::person::permission::StaffAction;
use crate::time::Timestamp;
use crate::usecases::resume_session::Viewer;

/// Whoever acts for the operator of the gateway.
#[derive(Debug, Clone)]
pub enum StaffActor<'a> {
    /// An operator at the command line, who may do everything.
    Operator(Actor),
    /// A person in the browser.
    Viewer(&'a Viewer),
}

/// The reason somebody may not do now what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StaffRefused {
    /// Their role does not allow it.
    Forbidden,
    /// Their last proof is too old.
    NotFresh,
}

/// Makes the refusals those of an error, whose variants have their names.
macro_rules! has_refusals_of_staff {
    ($error:ident) => {
        impl From<$crate::usecases::staff_actor::StaffRefused> for $error {
            fn from(refused: $crate::usecases::staff_actor::StaffRefused) -> Self {
                use $crate::usecases::staff_actor::StaffRefused;
                match refused {
                    StaffRefused::Forbidden => Self::Forbidden,
                    StaffRefused::NotFresh => Self::NotFresh,
                }
            }
        }
    };
}
pub(super) use has_refusals_of_staff;

impl StaffActor<'_> {
    /// Returns who acts, as [`authorise`](Self::authorise) does, if they proved themselves lately. It is for acts that
    /// cannot be taken back, or that stop somebody. An operator at the command line has the host.
    pub(super) fn authorise_fresh(
        self,
        action: StaffAction,
        now: Timestamp,
    ) -> Result<Actor, StaffRefused> {
        let is_fresh = match &self {
            Self::Operator(_) => true,
            Self::Viewer(viewer) => viewer.session.is_fresh_at(now),
        };
        let actor = self.authorise(action).ok_or(StaffRefused::Forbidden)?;
        is_fresh.then_some(actor).ok_or(StaffRefused::NotFresh)
    }

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
