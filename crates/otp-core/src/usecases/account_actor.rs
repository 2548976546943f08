//! Account actor: whoever acts in an account, at the command line, by the API or in the browser.

use crate::audit::Actor;
use crate::person::permission::{AccountAction, key_allowed};
use crate::usecases::authenticate::Caller;
use crate::usecases::resume_session::Viewer;

/// Whoever acts in an account.
#[derive(Debug, Clone)]
pub enum AccountActor<'a> {
    /// An operator at the command line, who may do everything.
    Operator(Actor),
    /// A program that presented an API key of the account.
    Key(Caller),
    /// A person in the browser.
    Viewer(&'a Viewer),
}

impl AccountActor<'_> {
    /// Returns who acts, as the audit trail names them; `None` if they may not do this.
    pub(super) fn authorise(self, action: AccountAction) -> Option<Actor> {
        match self {
            Self::Operator(actor) => Some(actor),
            Self::Key(caller) => key_allowed(action).then(|| caller.actor()),
            Self::Viewer(viewer) => {
                let may = viewer.account_for(action).is_some();
                may.then(|| viewer.person.id.actor())
            }
        }
    }
}
