//! Resume a session: identifies the person behind a request by the token in the cookie.

use std::sync::Arc;

use crate::account::ContactLine;
use crate::ids::{AccountId, PersonId};
use crate::person::permission::{AccountAction, StaffAction, allowed, staff_allowed};
use crate::person::session::{Session, SessionToken, Stage};
use crate::person::staff::StaffRole;
use crate::person::{AccountRole, Membership, Person, PersonalDetails};
use crate::ports::{Accounts, Clock, Persons, PortError, SecondFactors, Sessions, Staff};
use crate::sealing::{InstallationSealer, Purpose};
use crate::usecases::account_sealers::AccountSealers;

/// Resumes sessions.
#[derive(Clone)]
pub struct ResumeSession {
    /// Finds them.
    pub sessions: Arc<dyn Sessions>,
    /// Finds their people.
    pub persons: Arc<dyn Persons>,
    /// Names their accounts.
    pub names: NamedAccounts,
    /// Knows who is staff.
    pub staff: Arc<dyn Staff>,
    /// Knows which of them have a second factor.
    pub factors: Arc<dyn SecondFactors>,
    /// Opens the details of people.
    pub installation: Arc<InstallationSealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The person.
    pub person: Person,
    /// Their details in the clear.
    pub details: PersonalDetails,
    /// The session.
    pub session: Session,
    /// The account that they look at: the one that they chose, or that of their oldest membership; `None` if they have
    /// none.
    pub account: Option<ViewedAccount>,
    /// Whether there is another account that they may look at.
    pub has_others: bool,
    /// The person's place in the operator's staff, if they have one.
    pub staff: Option<ViewerStaff>,
}

/// The place of a viewer in the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewerStaff {
    /// The role.
    pub role: StaffRole,
    /// Whether the person has a second factor, without which the role counts for nothing.
    ///
    /// Source: OWASP ASVS 5.0, requirement 6.3.3.
    pub has_second_factor: bool,
}

impl Viewer {
    /// Returns the person's account, if their role there allows this.
    pub fn account_for(&self, action: AccountAction) -> Option<AccountId> {
        let account = self.account.as_ref();
        let account = account.filter(|account| allowed(account.role, action));
        account.map(|account| account.id)
    }

    /// Returns whether the person's role in the staff allows this.
    pub fn may_as_staff(&self, action: StaffAction) -> bool {
        let role = self.staff_role();
        role.is_some_and(|role| staff_allowed(role, action))
    }

    /// Returns the role in which the person acts as staff; `None` for everybody who is not staff, or has no second
    /// factor.
    pub fn staff_role(&self) -> Option<StaffRole> {
        let staff = self.staff.filter(|staff| staff.has_second_factor);
        staff.map(|staff| staff.role)
    }
}

/// An account that a person looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewedAccount {
    /// Its id.
    pub id: AccountId,
    /// The person's role in it.
    pub role: AccountRole,
    /// The name of the business; `None` once it is erased.
    pub company: Option<ContactLine>,
}

/// Finds the names of accounts.
#[derive(Clone)]
pub struct NamedAccounts {
    /// Finds accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Opens their names.
    pub sealers: AccountSealers,
}

impl NamedAccounts {
    /// Returns the name of the business, which is `None` once it is erased; `None` if the account does not exist.
    pub async fn find(&self, id: AccountId) -> Result<Option<Option<ContactLine>>, PortError> {
        let Some(account) = self.accounts.find(id).await? else {
            return Ok(None);
        };
        let sealer = self.sealers.find(id).await?;
        let company = sealer.map(|sealer| {
            let sealed = &account.contact.company;
            ContactLine::open(Purpose::ContactCompany, sealed, &sealer)
        });
        let company = company.transpose();
        let company = company.map_err(|error| PortError::Backend(error.into()))?;
        Ok(Some(company))
    }
}

/// The author of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// A person, so the session goes on.
    Person,
    /// The page itself, which loads its news: the session of a person who left goes to its end all the same.
    Page,
}

impl ResumeSession {
    /// Returns the person who has this token; `None` if the session is over or was never there.
    pub async fn execute(
        &self,
        token: &SessionToken,
        activity: Activity,
    ) -> Result<Option<Viewer>, PortError> {
        let now = self.clock.now();
        let hash = token.hash();
        let Some(session) = self.sessions.find_session(hash).await? else {
            return Ok(None);
        };
        if !session.exists_at(now) || session.stage != Stage::SignedIn {
            return Ok(None);
        }
        let Some(person) = self.persons.find_person(session.person_id).await? else {
            return Ok(None);
        };
        let noted = match activity {
            Activity::Person => session.after_request(now),
            Activity::Page => None,
        };
        if let Some(noted) = &noted
            && !self.sessions.replace_session(hash, noted).await?
        {
            // It was ended meanwhile.
            return Ok(None);
        }
        let memberships = self.persons.list_memberships(person.id).await?;
        let is_chosen =
            |membership: &&Membership| session.account_id == Some(membership.account_id);
        let chosen = memberships.iter().find(is_chosen);
        let account = match chosen.or(memberships.first()) {
            Some(membership) => self.viewed(membership).await?,
            None => None,
        };
        let details = person.open(&self.installation);
        let details = details.map_err(|error| PortError::Backend(error.into()))?;
        Ok(Some(Viewer {
            session: noted.unwrap_or(session),
            staff: self.staff_of(person.id).await?,
            person,
            details,
            account,
            has_others: memberships.len() > 1,
        }))
    }

    async fn staff_of(&self, person: PersonId) -> Result<Option<ViewerStaff>, PortError> {
        let Some(member) = self.staff.find_staff_member(person).await? else {
            return Ok(None);
        };
        let factor = self.factors.find_second_factor(person).await?;
        Ok(Some(ViewerStaff {
            role: member.role,
            has_second_factor: factor.is_some_and(|factor| factor.is_on()),
        }))
    }

    async fn viewed(&self, membership: &Membership) -> Result<Option<ViewedAccount>, PortError> {
        let id = membership.account_id;
        let company = self.names.find(id).await?;
        Ok(company.map(|company| ViewedAccount {
            id,
            role: membership.role,
            company,
        }))
    }
}
