//! Persons.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
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

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::{try_join, try_join3};
use crate::sessions::end_all;
use crate::transaction::Transaction;

#[async_trait]
impl Persons for PgStore {
    async fn open_account(&self, new: &NewHolder, entry: &AuditEntry) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let opened = open(&transaction, new, entry).await;
        transaction.finish(opened.map_err(port_error)).await
    }

    async fn join_account(
        &self,
        person: &Person,
        membership: &Membership,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let joined = join(&transaction, person, membership, entry).await;
        transaction.finish(joined.map_err(port_error)).await
    }

    async fn find_person(&self, id: PersonId) -> Result<Option<Person>, PortError> {
        let row = persons::table
            .find(Col(id))
            .select(PersonRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(Person::from))
    }

    async fn find_person_by_email(&self, email: PersonIndex) -> Result<Option<Person>, PortError> {
        let row = persons::table
            .filter(persons::email_index.eq(Col(email)))
            .select(PersonRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(Person::from))
    }

    async fn list_memberships(&self, person: PersonId) -> Result<Vec<Membership>, PortError> {
        let rows = memberships::table
            .filter(memberships::person_id.eq(Col(person)))
            .order((memberships::since, memberships::account_id))
            .select(MembershipRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(rows.into_iter().map(Membership::from).collect())
    }

    async fn set_password(
        &self,
        person: PersonId,
        password: &PasswordHash,
        keep: Option<Session>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let set = set_password(&transaction, (person, password), keep, record).await;
        match set.map_err(port_error) {
            Ok(false) => {
                transaction.roll_back().await;
                Ok(false)
            }
            set => transaction.finish(set).await,
        }
    }

    async fn set_details(
        &self,
        person: PersonId,
        name: &Sealed,
        language: UiLanguage,
    ) -> Result<bool, PortError> {
        let set = diesel::update(persons::table.find(Col(person)))
            .set((
                persons::name.eq(Col(name.clone())),
                persons::language.eq(Col(language)),
            ))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(set > 0)
    }

    async fn rehash_password(
        &self,
        person: PersonId,
        before: &PasswordHash,
        after: &PasswordHash,
    ) -> Result<(), PortError> {
        let unchanged = persons::table
            .find(Col(person))
            .filter(persons::password.eq(Col(before.clone())));
        diesel::update(unchanged)
            .set(persons::password.eq(Col(after.clone())))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }
}

async fn open(transaction: &Transaction, new: &NewHolder, entry: &AuditEntry) -> QueryResult<bool> {
    if !insert_person(transaction, &new.person).await? {
        return Ok(false);
    }
    let connection = || transaction.connection();
    let (mut first, mut second) = (connection(), connection());
    let mut third = connection();
    let account = diesel::insert_into(accounts::table)
        .values(AccountRow::from(&new.account))
        .execute(&mut first);
    let key = diesel::insert_into(keyring::table)
        .values(KeyringRow::new(KeyOwner::Account(new.account.id), &new.key))
        .execute(&mut second);
    let membership = diesel::insert_into(memberships::table)
        .values(MembershipRow::from(&new.membership))
        .execute(&mut third);
    try_join3(account, key, membership).await?;
    append(connection(), [entry.clone()]).await?;
    Ok(true)
}

async fn join(
    transaction: &Transaction,
    person: &Person,
    membership: &Membership,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    if !insert_person(transaction, person).await? {
        return Ok(false);
    }
    let mut connection = transaction.connection();
    diesel::insert_into(memberships::table)
        .values(MembershipRow::from(membership))
        .execute(&mut connection)
        .await?;
    append(transaction.connection(), [entry.clone()]).await?;
    Ok(true)
}

/// Begins the transaction, adds a person, and returns whether nobody had the mail address.
pub(crate) async fn insert_person(transaction: &Transaction, person: &Person) -> QueryResult<bool> {
    let insert = add_person(transaction.connection(), person);
    let ((), is_added) = try_join(transaction.begin(), insert).await?;
    Ok(is_added)
}

/// Adds a person, and returns whether nobody had the mail address.
pub(crate) async fn add_person(
    mut connection: &AsyncPgConnection,
    person: &Person,
) -> QueryResult<bool> {
    let inserted = diesel::insert_into(persons::table)
        .values(PersonRow::from(person))
        .on_conflict(persons::email_index)
        .do_nothing()
        .execute(&mut connection)
        .await?;
    Ok(inserted > 0)
}

async fn set_password(
    transaction: &Transaction,
    (person, password): (PersonId, &PasswordHash),
    keep: Option<Session>,
    record: &SecurityRecord,
) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let update = diesel::update(persons::table.find(Col(person)))
        .set(persons::password.eq(Col(password.clone())))
        .execute(&mut connection);
    let ((), set) = try_join(transaction.begin(), update).await?;
    if set == 0 {
        return Ok(false);
    }
    // The person is locked now, so whoever ends the session has done so, or waits.
    if let Some(keep) = &keep {
        let kept: i64 = sessions::table
            .find(Col(keep.id))
            .filter(sessions::token_hash.eq(Col(keep.hash)))
            .count()
            .get_result(&mut connection)
            .await?;
        if kept == 0 {
            return Ok(false);
        }
    }
    let mut other = transaction.connection();
    let links = sign_in_links::table.filter(sign_in_links::person_id.eq(Col(person)));
    let links = diesel::delete(links).execute(&mut other);
    let keep = keep.map(|keep| keep.id);
    let ended = end_all(transaction.connection(), person, keep);
    try_join(ended, links).await?;
    keep_record(transaction.connection(), record).await?;
    Ok(true)
}

/// Adds the traces of a change, as the last statements of its transaction.
pub(crate) async fn keep_record(
    connection: &AsyncPgConnection,
    record: &SecurityRecord,
) -> QueryResult<()> {
    insert_notices(connection, record.notice.as_slice()).await?;
    append(connection, [record.entry.clone()]).await
}
