//! Sessions, failures to sign in, links that sign in, and second factors.

use diesel::prelude::*;
use otp_core::ids::{AccountId, PersonId, SessionId};
use otp_core::person::device::{Browser, Device, System};
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::person::session::{Session, SessionHash, Stage};
use otp_core::person::sign_in::{SignInFailures, SignInLink};
use otp_core::sealing::{PersonIndex, Sealed};
use otp_core::time::Timestamp;

use crate::schema::{recovery_codes, second_factors, sessions, sign_in_failures, sign_in_links};
use crate::{Col, Unreadable};

/// A session.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    id: Col<SessionId>,
    token_hash: Col<SessionHash>,
    person_id: Col<PersonId>,
    browser: Col<Option<Browser>>,
    system: Col<Option<System>>,
    stage: Col<Stage>,
    created_at: Col<Timestamp>,
    last_seen_at: Col<Timestamp>,
    proven_at: Col<Timestamp>,
    account_id: Col<Option<AccountId>>,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: Col(session.id),
            token_hash: Col(session.hash),
            person_id: Col(session.person_id),
            browser: Col(session.device.browser),
            system: Col(session.device.system),
            stage: Col(session.stage),
            created_at: Col(session.created_at),
            last_seen_at: Col(session.last_seen_at),
            proven_at: Col(session.proven_at),
            account_id: Col(session.account_id),
        }
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id.0,
            hash: row.token_hash.0,
            person_id: row.person_id.0,
            device: Device {
                browser: row.browser.0,
                system: row.system.0,
            },
            stage: row.stage.0,
            created_at: row.created_at.0,
            last_seen_at: row.last_seen_at.0,
            proven_at: row.proven_at.0,
            account_id: row.account_id.0,
        }
    }
}

/// The part of a session that a request or a proof changes.
#[derive(AsChangeset)]
#[diesel(table_name = sessions)]
pub struct SessionChangeRow {
    token_hash: Col<SessionHash>,
    stage: Col<Stage>,
    last_seen_at: Col<Timestamp>,
    proven_at: Col<Timestamp>,
    account_id: Col<Option<AccountId>>,
}

impl From<&Session> for SessionChangeRow {
    fn from(session: &Session) -> Self {
        Self {
            token_hash: Col(session.hash),
            stage: Col(session.stage),
            last_seen_at: Col(session.last_seen_at),
            proven_at: Col(session.proven_at),
            account_id: Col(session.account_id),
        }
    }
}

/// The failures to sign in with a mail address. A count of 0 is a row that is locked before the first failure.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sign_in_failures)]
pub struct SignInFailuresRow {
    email_index: Col<PersonIndex>,
    count: i32,
    last_at: Col<Timestamp>,
}

impl SignInFailuresRow {
    /// Makes the row of an address; `now` is the time of failures that have none.
    pub fn new(email: PersonIndex, failures: SignInFailures, now: Timestamp) -> Self {
        Self {
            email_index: Col(email),
            count: i32::try_from(failures.count).unwrap_or(i32::MAX),
            last_at: Col(failures.last_at.unwrap_or(now)),
        }
    }
}

impl TryFrom<SignInFailuresRow> for SignInFailures {
    type Error = Unreadable;

    fn try_from(row: SignInFailuresRow) -> Result<Self, Unreadable> {
        let count = u32::try_from(row.count);
        let count = count.map_err(|_| Unreadable::new("sign_in_failures.count", "count"))?;
        Ok(Self {
            count,
            last_at: (count > 0).then_some(row.last_at.0),
        })
    }
}

/// The second factor of a person.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factors)]
pub struct SecondFactorRow {
    person_id: Col<PersonId>,
    session_id: Col<SessionId>,
    secret: Col<Sealed>,
    confirmed_at: Col<Option<Timestamp>>,
    last_step: i64,
}

impl From<&SecondFactor> for SecondFactorRow {
    fn from(factor: &SecondFactor) -> Self {
        Self {
            person_id: Col(factor.person_id),
            session_id: Col(factor.session_id),
            secret: Col(factor.secret.clone()),
            confirmed_at: Col(factor.confirmed_at),
            last_step: factor.last_step,
        }
    }
}

impl From<SecondFactorRow> for SecondFactor {
    fn from(row: SecondFactorRow) -> Self {
        Self {
            person_id: row.person_id.0,
            session_id: row.session_id.0,
            secret: row.secret.0,
            confirmed_at: row.confirmed_at.0,
            last_step: row.last_step,
        }
    }
}

/// A recovery code of a person.
#[derive(Insertable)]
#[diesel(table_name = recovery_codes)]
pub struct RecoveryCodeRow {
    person_id: Col<PersonId>,
    hash: Col<RecoveryHash>,
}

impl RecoveryCodeRow {
    /// Makes the rows of a person's codes.
    pub fn of(person: PersonId, codes: &[RecoveryHash]) -> Vec<Self> {
        let rows = codes.iter().map(|hash| Self {
            person_id: Col(person),
            hash: Col(*hash),
        });
        rows.collect()
    }
}

/// A link that signs a person in.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_in_links)]
pub struct SignInLinkRow {
    token_hash: Col<SessionHash>,
    person_id: Col<PersonId>,
    expires_at: Col<Timestamp>,
}

impl From<&SignInLink> for SignInLinkRow {
    fn from(link: &SignInLink) -> Self {
        Self {
            token_hash: Col(link.hash),
            person_id: Col(link.person_id),
            expires_at: Col(link.expires_at),
        }
    }
}

impl From<SignInLinkRow> for SignInLink {
    fn from(row: SignInLinkRow) -> Self {
        Self {
            hash: row.token_hash.0,
            person_id: row.person_id.0,
            expires_at: row.expires_at.0,
        }
    }
}
