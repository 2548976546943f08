//! Reviewer numbers in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::ids::AccountId;
use otp_core::ports::{PortError, ReviewerNumbers};
use otp_core::reviewer::{ReviewerNumber, judge};
use otp_core::sealing::RecipientIndex;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl ReviewerNumbers for MemoryStore {
    async fn add_reviewer_number(
        &self,
        number: &ReviewerNumber,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let mut accounts = state.accounts.iter();
        if !accounts.any(|account| account.id == number.account_id) {
            return Err(conflict("the account does not exist"));
        }
        let Some(making_room) = judge(&state.reviewers_of(number.account_id), number) else {
            return Ok(false);
        };
        state
            .reviewer_numbers
            .retain(|other| !making_room.contains(&other.id));
        state.reviewer_numbers.push(number.clone());
        state.append_audit(entry);
        Ok(true)
    }

    async fn remove_reviewer_number(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let before = state.reviewer_numbers.len();
        state
            .reviewer_numbers
            .retain(|number| (number.account_id, number.recipient_index) != (account, recipient));
        let removed = state.reviewer_numbers.len() < before;
        if removed {
            state.append_audit(entry);
        }
        Ok(removed)
    }

    async fn list_reviewer_numbers(
        &self,
        account: AccountId,
    ) -> Result<Vec<ReviewerNumber>, PortError> {
        Ok(self.state().reviewers_of(account))
    }
}

impl State {
    /// Returns the numbers of an account, oldest first.
    pub(super) fn reviewers_of(&self, account: AccountId) -> Vec<ReviewerNumber> {
        let of_account = self.reviewer_numbers.iter();
        let of_account = of_account.filter(|number| number.account_id == account);
        let mut numbers: Vec<_> = of_account.cloned().collect();
        numbers.sort_by_key(|number| (number.created_at, number.id));
        numbers
    }
}
