//! Persons.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::ids::PersonId;
use otp_core::keyring::KeyOwner;
use otp_core::person::password::PasswordHash;
use otp_core::person::session::Session;
use otp_core::person::{Membership, NewHolder, Person, SecurityRecord};
use otp_core::ports::{Persons, PortError};
use otp_core::sealing::{PersonIndex, Sealed};
use otp_core::ui_language::UiLanguage;
use otp_rows::Col;
use otp_rows::rows::{AccountRow, KeyringRow, MembershipRow, PersonRow};
use otp_rows::schema::{accounts, keyring, memberships, persons, sessions, sign_in_links};

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::sessions::end_all;

#[async_trait]
impl Persons for SqliteStore {
    async fn open_account(&self, new: &NewHolder, entry: &AuditEntry) -> Result<bool, PortError> {
        let person = PersonRow::from(&new.person);
        let account = AccountRow::from(&new.account);
        let key = KeyringRow::new(KeyOwner::Account(new.account.id), &new.key);
        let membership = MembershipRow::from(&new.membership);
        let entry = entry.clone();
        self.write("db.persons.open_account", move |connection| {
            if !insert_person(connection, person)? {
                return Ok(false);
            }
            diesel::insert_into(accounts::table)
                .values(account)
                .execute(connection)?;
            diesel::insert_into(keyring::table)
                .values(key)
                .execute(connection)?;
            join(connection, membership, entry)?;
            Ok(true)
        })
        .await
    }

    async fn join_account(
        &self,
        person: &Person,
        membership: &Membership,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let person = PersonRow::from(person);
        let membership = MembershipRow::from(membership);
        let entry = entry.clone();
        self.write("db.persons.join_account", move |connection| {
            if !insert_person(connection, person)? {
                return Ok(false);
            }
            join(connection, membership, entry)?;
            Ok(true)
        })
        .await
    }

    async fn find_person(&self, id: PersonId) -> Result<Option<Person>, PortError> {
        self.read("db.persons.find", move |connection| {
            let row = persons::table
                .find(Col(id))
                .select(PersonRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(Person::from))
        })
        .await
    }

    async fn find_person_by_email(&self, email: PersonIndex) -> Result<Option<Person>, PortError> {
        self.read("db.persons.find_by_email", move |connection| {
            let row = persons::table
                .filter(persons::email_index.eq(Col(email)))
                .select(PersonRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(Person::from))
        })
        .await
    }

    async fn list_memberships(&self, person: PersonId) -> Result<Vec<Membership>, PortError> {
        self.read("db.persons.list_memberships", move |connection| {
            let rows = memberships::table
                .filter(memberships::person_id.eq(Col(person)))
                .order((memberships::since, memberships::account_id))
                .select(MembershipRow::as_select())
                .load(connection)?;
            Ok(rows.into_iter().map(Membership::from).collect())
        })
        .await
    }

    async fn set_password(
        &self,
        person: PersonId,
        password: &PasswordHash,
        keep: Option<Session>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let (password, record) = (password.clone(), record.clone());
        self.write("db.persons.set_password", move |connection| {
            if let Some(keep) = &keep {
                let kept = sessions::table
                    .find(Col(keep.id))
                    .filter(sessions::token_hash.eq(Col(keep.hash)));
                let kept: i64 = kept.count().get_result(connection)?;
                if kept == 0 {
                    return Ok(false);
                }
            }
            let set = diesel::update(persons::table.find(Col(person)))
                .set(persons::password.eq(Col(password)))
                .execute(connection)?;
            if set == 0 {
                return Ok(false);
            }
            end_all(connection, person, keep.map(|keep| keep.id))?;
            let links = sign_in_links::table.filter(sign_in_links::person_id.eq(Col(person)));
            diesel::delete(links).execute(connection)?;
            keep_record(connection, record)?;
            Ok(true)
        })
        .await
    }

    async fn set_details(
        &self,
        person: PersonId,
        name: &Sealed,
        language: UiLanguage,
    ) -> Result<bool, PortError> {
        let name = name.clone();
        self.write("db.persons.set_details", move |connection| {
            let set = diesel::update(persons::table.find(Col(person)))
                .set((
                    persons::name.eq(Col(name)),
                    persons::language.eq(Col(language)),
                ))
                .execute(connection)?;
            Ok(set > 0)
        })
        .await
    }

    async fn rehash_password(
        &self,
        person: PersonId,
        before: &PasswordHash,
        after: &PasswordHash,
    ) -> Result<(), PortError> {
        let (before, after) = (before.clone(), after.clone());
        self.write("db.persons.rehash_password", move |connection| {
            diesel::update(
                persons::table
                    .find(Col(person))
                    .filter(persons::password.eq(Col(before))),
            )
            .set(persons::password.eq(Col(after)))
            .execute(connection)?;
            Ok(())
        })
        .await
    }
}

/// Adds a person, and returns whether nobody had the mail address.
pub(crate) fn insert_person(
    connection: &mut SqliteConnection,
    person: PersonRow,
) -> QueryResult<bool> {
    let inserted = diesel::insert_into(persons::table)
        .values(person)
        .on_conflict(persons::email_index)
        .do_nothing()
        .execute(connection)?;
    Ok(inserted > 0)
}

fn join(
    connection: &mut SqliteConnection,
    membership: MembershipRow,
    entry: AuditEntry,
) -> QueryResult<()> {
    diesel::insert_into(memberships::table)
        .values(membership)
        .execute(connection)?;
    append(connection, [entry])?;
    Ok(())
}

/// Adds the traces of a change, as the last statements of its transaction.
pub(crate) fn keep_record(
    connection: &mut SqliteConnection,
    record: SecurityRecord,
) -> Result<(), StoreError> {
    insert_notices(connection, record.notice.as_slice())?;
    append(connection, [record.entry])?;
    Ok(())
}
