//! People.

use std::sync::Arc;

use otp_core::account::HOUSE_ACCOUNT;
use otp_core::usecases::add_person::AddPerson;
use otp_core::usecases::begin_session::BeginSession;
use otp_core::usecases::manage_staff::ManageStaff;
use otp_core::usecases::reset_second_factor::ResetSecondFactor;
use otp_core::usecases::sign_in_by_link::SignInByLink;
use otp_core::usecases::tell_person::TellPerson;

use super::Administration;
use crate::passwords::Argon2Passwords;

impl Administration {
    fn tell_person(&self) -> TellPerson {
        TellPerson {
            persons: self.storage.clone(),
            accounts: self.storage.clone(),
            house: self.settings.mail.is_some().then_some(HOUSE_ACCOUNT),
        }
    }

    fn sign_in_by_link(&self) -> SignInByLink {
        let begin_session = BeginSession {
            sessions: self.storage.clone(),
            factors: self.storage.clone(),
            tell: self.tell_person(),
            clock: self.clock(),
            randomness: self.randomness(),
        };
        SignInByLink {
            links: self.storage.clone(),
            persons: self.storage.clone(),
            begin_session,
        }
    }

    pub(crate) fn add_person(&self) -> anyhow::Result<AddPerson> {
        Ok(AddPerson {
            accounts: self.storage.clone(),
            persons: self.storage.clone(),
            passwords: Arc::new(Argon2Passwords::new(self.randomness())),
            installation: Arc::clone(&self.keys()?.installation),
            links: self.sign_in_by_link(),
        })
    }

    pub(crate) fn manage_staff(&self) -> anyhow::Result<ManageStaff> {
        Ok(ManageStaff {
            staff: self.storage.clone(),
            persons: self.storage.clone(),
            factors: self.storage.clone(),
            passwords: Arc::new(Argon2Passwords::new(self.randomness())),
            installation: Arc::clone(&self.keys()?.installation),
            links: self.sign_in_by_link(),
        })
    }

    pub(crate) fn reset_second_factor(&self) -> anyhow::Result<ResetSecondFactor> {
        Ok(ResetSecondFactor {
            persons: self.storage.clone(),
            factors: self.storage.clone(),
            installation: Arc::clone(&self.keys()?.installation),
            tell: self.tell_person(),
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    /// Returns the address under which people reach the pages, if it is set.
    pub(crate) fn public_url(&self) -> Option<&str> {
        self.settings.http.public_url.as_deref()
    }
}
