//! Choose an account: which of their accounts a person looks at.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::ports::{Persons, PortError, Sessions};
use crate::usecases::resume_session::{NamedAccounts, ViewedAccount, Viewer};

/// Lists and chooses accounts.
#[derive(Clone)]
pub struct ChooseAccount {
    /// Knows which accounts people are in.
    pub persons: Arc<dyn Persons>,
    /// Names accounts.
    pub names: NamedAccounts,
    /// Stores the choice: it holds for the session.
    pub sessions: Arc<dyn Sessions>,
}

impl ChooseAccount {
    /// Returns the accounts of the person, that of the oldest membership first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<ViewedAccount>, PortError> {
        let mut accounts = Vec::new();
        for membership in self.persons.list_memberships(viewer.person.id).await? {
            if let Some(company) = self.names.find(membership.account_id).await? {
                accounts.push(ViewedAccount {
                    id: membership.account_id,
                    role: membership.role,
                    company,
                });
            }
        }
        Ok(accounts)
    }

    /// Makes the person look at an account from now on; returns `false` if they are not in its team.
    pub async fn execute(&self, viewer: &Viewer, account: AccountId) -> Result<bool, PortError> {
        let memberships = self.persons.list_memberships(viewer.person.id).await?;
        let mut accounts = memberships.iter().map(|membership| membership.account_id);
        if !accounts.any(|other| other == account) {
            return Ok(false);
        }
        let session = viewer.session.looking_at(account);
        self.sessions.replace_session(session.hash, &session).await
    }
}
