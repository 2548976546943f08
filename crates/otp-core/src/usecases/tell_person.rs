//! Tell a person: makes the mails about a person's own sign-in.

use std::sync::Arc;

use crate::ids::{AccountId, PersonId};
use crate::notice::{MailNotice, NoticeKind};
use crate::ports::{Accounts, Persons, PortError};
use crate::time::Timestamp;

/// Makes notices to people. Whoever makes the change that a notice is about stores both together.
#[derive(Clone)]
pub struct TellPerson {
    /// Finds people, and which accounts they have.
    pub persons: Arc<dyn Persons>,
    /// Knows whether the gateway's own account was opened.
    pub accounts: Arc<dyn Accounts>,
    /// The account of the gateway itself, in whose name people without an account are notified; `None` if the gateway sends
    /// no mail.
    pub house: Option<AccountId>,
}

impl TellPerson {
    /// Returns a notice in the person's language; `None` if the gateway sends no mail. It counts among those that wait
    /// for the person's account, so nobody's notices keep those of another account from being sent.
    pub async fn notice(
        &self,
        person: PersonId,
        kind: NoticeKind,
        now: Timestamp,
    ) -> Result<Option<MailNotice>, PortError> {
        let Some(house) = self.house else {
            return Ok(None);
        };
        let Some(found) = self.persons.find_person(person).await? else {
            return Ok(None);
        };
        let memberships = self.persons.list_memberships(person).await?;
        let account = match memberships.first() {
            Some(first) => first.account_id,
            // Before the gateway ran with a mail server, there is none.
            None if self.accounts.find(house).await?.is_none() => return Ok(None),
            None => house,
        };
        // Each change is an occasion of its own, and a person makes one at a time.
        let occasion = format!("{} {}", kind.details(), now.unix_millis());
        let language = Some(found.language);
        Ok(Some(MailNotice::new(
            account, kind, &occasion, language, now,
        )))
    }
}
