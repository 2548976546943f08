//! Sessions.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{PersonId, SessionId};
use otp_core::notice::MailNotice;
use otp_core::person::device::Device;
use otp_core::person::password::PasswordHash;
use otp_core::person::session::{Session, SessionHash, Stage};
use otp_core::ports::{PortError, Sessions};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{SessionChangeRow, SessionRow};
use otp_rows::schema::{known_devices, persons, second_factors, sessions};

use crate::PgStore;
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::try_join;
use crate::transaction::Transaction;

#[async_trait]
impl Sessions for PgStore {
    async fn begin_session(
        &self,
        session: &Session,
        password: &PasswordHash,
        instead_of: Option<SessionHash>,
        notices: &[MailNotice],
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let begun = begin(&transaction, session, password, instead_of, notices).await;
        transaction.finish(begun.map_err(port_error)).await
    }

    async fn known_devices(&self, person: PersonId) -> Result<Vec<Device>, PortError> {
        let devices: Vec<Col<Device>> = known_devices::table
            .filter(known_devices::person_id.eq(Col(person)))
            .select(known_devices::device)
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(devices.into_iter().map(|device| device.0).collect())
    }

    async fn find_session(&self, hash: SessionHash) -> Result<Option<Session>, PortError> {
        let row = sessions::table
            .filter(sessions::token_hash.eq(Col(hash)))
            .select(SessionRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(Session::from))
    }

    async fn replace_session(
        &self,
        before: SessionHash,
        after: &Session,
    ) -> Result<bool, PortError> {
        let unchanged = sessions::table
            .find(Col(after.id))
            .filter(sessions::token_hash.eq(Col(before)));
        let replaced = diesel::update(unchanged)
            .set(SessionChangeRow::from(after))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(replaced > 0)
    }

    async fn end_session(&self, person: PersonId, id: SessionId) -> Result<bool, PortError> {
        let session = sessions::table
            .find(Col(id))
            .filter(sessions::person_id.eq(Col(person)));
        let ended = diesel::delete(session)
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(ended > 0)
    }

    async fn end_sessions(&self, person: PersonId, keep: SessionId) -> Result<(), PortError> {
        let connection = self.connection().await?;
        let ended = end_all(&connection, person, Some(keep)).await;
        ended.map_err(port_error)
    }

    async fn list_sessions(&self, person: PersonId) -> Result<Vec<Session>, PortError> {
        let rows = sessions::table
            .filter(sessions::person_id.eq(Col(person)))
            .order((sessions::last_seen_at.desc(), sessions::id.desc()))
            .select(SessionRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    async fn forget_sessions(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let connection = &mut self.connection().await?;
        let old: Vec<Col<SessionId>> = sessions::table
            .filter(sessions::last_seen_at.lt(Col(before)))
            .order(sessions::last_seen_at)
            .limit(limit)
            .select(sessions::id)
            .load(connection)
            .await
            .map_err(port_error)?;
        // One that was used again meanwhile stays.
        let forgotten = sessions::table
            .filter(sessions::id.eq_any(old))
            .filter(sessions::last_seen_at.lt(Col(before)));
        let forgotten = diesel::delete(forgotten).execute(connection).await;
        forgotten.map_err(port_error)
    }
}

async fn begin(
    transaction: &Transaction,
    session: &Session,
    password: &PasswordHash,
    instead_of: Option<SessionHash>,
    notices: &[MailNotice],
) -> QueryResult<bool> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    // A new password or second factor waits for this, or this for it.
    let lock = persons::table
        .find(Col(session.person_id))
        .select(persons::password)
        .for_share()
        .first::<Col<PasswordHash>>(&mut first);
    let locked = try_join(transaction.begin(), async { lock.await.optional() }).await?;
    if locked.1.is_none_or(|Col(current)| current != *password) {
        return Ok(false);
    }
    if session.stage == Stage::SignedIn {
        let confirmed = second_factors::table
            .find(Col(session.person_id))
            .filter(second_factors::confirmed_at.is_not_null());
        let confirmed: i64 = confirmed.count().get_result(&mut first).await?;
        if confirmed > 0 {
            return Ok(false);
        }
    }
    let insert = diesel::insert_into(sessions::table)
        .values(SessionRow::from(session))
        .execute(&mut first);
    match instead_of {
        Some(hash) => {
            let ended = sessions::table.filter(sessions::token_hash.eq(Col(hash)));
            let end = diesel::delete(ended).execute(&mut second);
            try_join(end, insert).await?;
        }
        None => {
            insert.await?;
        }
    }
    diesel::insert_into(known_devices::table)
        .values((
            known_devices::person_id.eq(Col(session.person_id)),
            known_devices::device.eq(Col(session.device)),
        ))
        .on_conflict_do_nothing()
        .execute(&mut first)
        .await?;
    insert_notices(transaction.connection(), notices).await?;
    Ok(true)
}

/// Ends the sessions of a person but `keep`.
pub(crate) async fn end_all(
    mut connection: &AsyncPgConnection,
    person: PersonId,
    keep: Option<SessionId>,
) -> QueryResult<()> {
    let of_person = sessions::table.filter(sessions::person_id.eq(Col(person)));
    match keep {
        Some(keep) => {
            let others = of_person.filter(sessions::id.ne(Col(keep)));
            diesel::delete(others).execute(&mut connection).await?
        }
        None => diesel::delete(of_person).execute(&mut connection).await?,
    };
    Ok(())
}
