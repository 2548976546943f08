//! The use cases of teams, and of people with several accounts.

use std::sync::Arc;

use otp_core::usecases::choose_account::ChooseAccount;
use otp_core::usecases::join_team::JoinTeam;
use otp_core::usecases::manage_team::ManageTeam;
use otp_core::usecases::resume_session::NamedAccounts;

use super::People;

impl People {
    /// Names accounts.
    pub fn named_accounts(&self) -> NamedAccounts {
        NamedAccounts {
            accounts: self.world.fixture.store.clone(),
            sealers: self.world.fixture.sealers(),
        }
    }

    /// Manages teams.
    pub fn manage_team(&self) -> ManageTeam {
        let fixture = &self.world.fixture;
        ManageTeam {
            teams: fixture.store.clone(),
            persons: fixture.store.clone(),
            factors: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            sends_invitations: true,
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Accepts and declines invitations.
    pub fn join_team(&self) -> JoinTeam {
        let fixture = &self.world.fixture;
        JoinTeam {
            policy: self.policy,
            teams: fixture.store.clone(),
            persons: fixture.store.clone(),
            sessions: fixture.store.clone(),
            names: self.named_accounts(),
            prove: self.prove(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    /// Chooses the accounts that people look at.
    pub fn choose_account(&self) -> ChooseAccount {
        ChooseAccount {
            persons: self.world.fixture.store.clone(),
            names: self.named_accounts(),
            sessions: self.world.fixture.store.clone(),
        }
    }
}
