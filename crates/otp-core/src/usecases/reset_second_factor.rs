//! Reset a second factor: an operator turns off that of a person who has lost the app and the recovery codes.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::notice::NoticeKind;
use crate::person::SecurityRecord;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, Persons, PortError, Randomness, SecondFactors};
use crate::recipient::EmailAddress;
use crate::sealing::InstallationSealer;
use crate::usecases::staff_actor::StaffActor;
use crate::usecases::tell_person::TellPerson;

/// Resets second factors.
#[derive(Clone)]
pub struct ResetSecondFactor {
    /// Finds the person.
    pub persons: Arc<dyn Persons>,
    /// Stores the factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Indexes the address.
    pub installation: Arc<InstallationSealer>,
    /// Tells the person.
    pub tell: TellPerson,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason nothing was reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetSecondFactorError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// Nobody has this address.
    #[error("no person has this mail address")]
    PersonNotFound,
    /// The person has none.
    #[error("this person has no second factor")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ResetSecondFactor {
    /// Turns the factor off, ends all sessions of the person, and tells them by mail. Whoever knows the password signs in with it alone
    /// from then on, so an operator makes sure beforehand who asks.
    pub async fn execute(
        &self,
        email: &EmailAddress,
        by: StaffActor<'_>,
    ) -> Result<(), ResetSecondFactorError> {
        let by = by.authorise(StaffAction::ManageAccounts);
        let actor = by.ok_or(ResetSecondFactorError::Forbidden)?;
        let index = self.installation.person_index(email);
        let person = self.persons.find_person_by_email(index).await?;
        let person = person.ok_or(ResetSecondFactorError::PersonNotFound)?.id;
        let now = self.clock.now();
        let entry = AuditEntry::new(
            actor,
            AuditAction::RemoveSecondFactor,
            person.0,
            now,
            &*self.randomness,
        );
        let kind = NoticeKind::SecondFactorOff { person_id: person };
        let notice = self.tell.notice(person, kind, now).await?;
        let record = SecurityRecord { entry, notice };
        let removed = self.factors.remove_second_factor(person, None, &record);
        if removed.await? {
            Ok(())
        } else {
            Err(ResetSecondFactorError::NotFound)
        }
    }
}
