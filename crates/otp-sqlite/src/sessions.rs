//! Sessions.

use async_trait::async_trait;
use diesel::prelude::*;
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

use crate::SqliteStore;
use crate::notice_outbox::insert_notices;

#[async_trait]
impl Sessions for SqliteStore {
    async fn begin_session(
        &self,
        session: &Session,
        password: &PasswordHash,
        instead_of: Option<SessionHash>,
        notices: &[MailNotice],
    ) -> Result<bool, PortError> {
        let (person, stage) = (session.person_id, session.stage);
        let password = password.clone();
        let (row, device) = (SessionRow::from(session), session.device);
        let notices = notices.to_vec();
        self.write("db.sessions.begin", move |connection| {
            let unchanged = persons::table
                .find(Col(person))
                .filter(persons::password.eq(Col(password)));
            let unchanged: i64 = unchanged.count().get_result(connection)?;
            if unchanged == 0 {
                return Ok(false);
            }
            if stage == Stage::SignedIn {
                let confirmed = second_factors::table
                    .find(Col(person))
                    .filter(second_factors::confirmed_at.is_not_null());
                let confirmed: i64 = confirmed.count().get_result(connection)?;
                if confirmed > 0 {
                    return Ok(false);
                }
            }
            if let Some(hash) = instead_of {
                diesel::delete(sessions::table.filter(sessions::token_hash.eq(Col(hash))))
                    .execute(connection)?;
            }
            diesel::insert_into(sessions::table)
                .values(row)
                .execute(connection)?;
            diesel::insert_into(known_devices::table)
                .values((
                    known_devices::person_id.eq(Col(person)),
                    known_devices::device.eq(Col(device)),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
            insert_notices(connection, &notices)?;
            Ok(true)
        })
        .await
    }

    async fn known_devices(&self, person: PersonId) -> Result<Vec<Device>, PortError> {
        self.read("db.sessions.known_devices", move |connection| {
            let devices: Vec<Col<Device>> = known_devices::table
                .filter(known_devices::person_id.eq(Col(person)))
                .select(known_devices::device)
                .load(connection)?;
            Ok(devices.into_iter().map(|device| device.0).collect())
        })
        .await
    }

    async fn find_session(&self, hash: SessionHash) -> Result<Option<Session>, PortError> {
        self.read("db.sessions.find", move |connection| {
            let row = sessions::table
                .filter(sessions::token_hash.eq(Col(hash)))
                .select(SessionRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(Session::from))
        })
        .await
    }

    async fn replace_session(
        &self,
        before: SessionHash,
        after: &Session,
    ) -> Result<bool, PortError> {
        let (id, change) = (after.id, SessionChangeRow::from(after));
        self.write("db.sessions.replace", move |connection| {
            let replaced = diesel::update(
                sessions::table
                    .find(Col(id))
                    .filter(sessions::token_hash.eq(Col(before))),
            )
            .set(change)
            .execute(connection)?;
            Ok(replaced > 0)
        })
        .await
    }

    async fn end_session(&self, person: PersonId, id: SessionId) -> Result<bool, PortError> {
        self.write("db.sessions.end", move |connection| {
            let ended = diesel::delete(
                sessions::table
                    .find(Col(id))
                    .filter(sessions::person_id.eq(Col(person))),
            )
            .execute(connection)?;
            Ok(ended > 0)
        })
        .await
    }

    async fn end_sessions(&self, person: PersonId, keep: SessionId) -> Result<(), PortError> {
        self.write("db.sessions.end_all", move |connection| {
            Ok(end_all(connection, person, Some(keep))?)
        })
        .await
    }

    async fn list_sessions(&self, person: PersonId) -> Result<Vec<Session>, PortError> {
        self.read("db.sessions.list", move |connection| {
            let rows = sessions::table
                .filter(sessions::person_id.eq(Col(person)))
                .order((sessions::last_seen_at.desc(), sessions::id.desc()))
                .select(SessionRow::as_select())
                .load(connection)?;
            Ok(rows.into_iter().map(Session::from).collect())
        })
        .await
    }

    async fn forget_sessions(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.write("db.sessions.forget", move |connection| {
            let old: Vec<Col<SessionId>> = sessions::table
                .filter(sessions::last_seen_at.lt(Col(before)))
                .order(sessions::last_seen_at)
                .limit(limit)
                .select(sessions::id)
                .load(connection)?;
            let forgotten = diesel::delete(sessions::table.filter(sessions::id.eq_any(old)));
            Ok(forgotten.execute(connection)?)
        })
        .await
    }
}

/// Ends the sessions of a person but `keep`.
pub(crate) fn end_all(
    connection: &mut SqliteConnection,
    person: PersonId,
    keep: Option<SessionId>,
) -> QueryResult<()> {
    let of_person = sessions::table.filter(sessions::person_id.eq(Col(person)));
    match keep {
        Some(keep) => {
            diesel::delete(of_person.filter(sessions::id.ne(Col(keep)))).execute(connection)
        }
        None => diesel::delete(of_person).execute(connection),
    }?;
    Ok(())
}
