//! A batch that could not lock its rows in time: whose rows are held?

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::PortError;
use otp_core::send::Settlement;
use otp_rows::Col;
use otp_rows::schema::{accounts, messages};

use crate::PgStore;
use crate::errors::{is_lock_time_out, port_error};
use crate::transaction::Transaction;

/// The rows that a batch locks.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(super) accounts: BTreeSet<AccountId>,
    pub(super) messages: BTreeSet<MessageId>,
    /// Every account of the batch, even if its row is not locked.
    of_batch: BTreeSet<AccountId>,
}

impl Rows {
    pub(crate) fn of_accounts(accounts: &BTreeSet<AccountId>) -> Self {
        Self {
            accounts: accounts.clone(),
            messages: BTreeSet::new(),
            of_batch: accounts.clone(),
        }
    }

    pub(super) fn of_settlements(settlements: &[Settlement]) -> Self {
        let messages = settlements.iter().map(|settlement| settlement.message_id);
        let concerned = settlements
            .iter()
            .filter(|settlement| settlement.outcome.may_move_credits());
        Self {
            accounts: concerned.map(|settlement| settlement.account_id).collect(),
            messages: messages.collect(),
            of_batch: settlements
                .iter()
                .map(|settlement| settlement.account_id)
                .collect(),
        }
    }
}

impl PgStore {
    /// Returns the transaction of a batch and what it `loaded` while it locked `rows`; or rolls it back, and
    /// returns the error.
    pub(crate) async fn locked<T>(
        &self,
        transaction: Transaction,
        loaded: QueryResult<T>,
        rows: impl FnOnce() -> Rows,
    ) -> Result<(Transaction, T), PortError> {
        match loaded {
            Ok(loaded) => Ok((transaction, loaded)),
            Err(error) => Err(self.lock_error(transaction, error, rows()).await),
        }
    }

    /// Rolls a batch back, which failed with `error` while it locked `rows` and loaded its facts. Returns
    /// its error: `Locked` if another transaction holds one of the rows, or held one for too long.
    ///
    /// The driver does not name the row it waited for, and on a server that does not speak English not even
    /// the lock. So the rows are asked.
    async fn lock_error(
        &self,
        transaction: Transaction,
        error: DieselError,
        rows: Rows,
    ) -> PortError {
        let may_be_locked = matches!(
            &error,
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)
        );
        let waited_too_long = waited_too_long(&error);
        let is_connected = transaction.roll_back().await;
        let error = port_error(error);
        if !may_be_locked || !is_connected {
            return error;
        }
        let holders = self.holders(&rows).await;
        judge(error, waited_too_long, holders, rows.of_batch)
    }

    /// Returns the accounts some of whose `rows` another transaction has locked.
    async fn holders(&self, rows: &Rows) -> Result<BTreeSet<AccountId>, PortError> {
        let connection = self.connection().await?;
        let mut held = held_accounts(&connection, &rows.accounts)
            .await
            .map_err(port_error)?;
        let of_messages = accounts_of_held_messages(&connection, &rows.messages).await;
        held.extend(of_messages.map_err(port_error)?);
        Ok(held)
    }
}

/// Returns whether a statement waited for a lock for too long, as far as the server's words tell.
fn waited_too_long(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if is_lock_time_out(info.message()))
}

/// Returns the error of a batch that was rolled back with `error`.
///
/// A holder may have ended since the batch gave up. Then nobody knows whose row it was, so every account of
/// the batch counts as locked: each is tried again by itself, and none is refused for another's lock.
fn judge(
    error: PortError,
    waited_too_long: bool,
    holders: Result<BTreeSet<AccountId>, PortError>,
    of_batch: BTreeSet<AccountId>,
) -> PortError {
    match holders {
        Ok(held) if !held.is_empty() => PortError::Locked(held),
        Ok(_) if waited_too_long => PortError::Locked(of_batch),
        // Something else is the matter.
        Ok(_) | Err(_) => error,
    }
}

async fn held_accounts(
    mut connection: &AsyncPgConnection,
    wanted: &BTreeSet<AccountId>,
) -> QueryResult<BTreeSet<AccountId>> {
    if wanted.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = || accounts::table.filter(accounts::id.eq_any(wanted.iter().copied().map(Col)));
    let free = rows().select(accounts::id).for_no_key_update();
    let free: Vec<Col<AccountId>> = free.skip_locked().load(&mut connection).await?;
    let held = rows().filter(accounts::id.ne_all(free));
    let held: Vec<Col<AccountId>> = held.select(accounts::id).load(&mut connection).await?;
    Ok(held.into_iter().map(|Col(id)| id).collect())
}

async fn accounts_of_held_messages(
    mut connection: &AsyncPgConnection,
    wanted: &BTreeSet<MessageId>,
) -> QueryResult<BTreeSet<AccountId>> {
    if wanted.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = || messages::table.filter(messages::id.eq_any(wanted.iter().copied().map(Col)));
    let free = rows().select(messages::id).for_no_key_update();
    let free: Vec<Col<MessageId>> = free.skip_locked().load(&mut connection).await?;
    let held = rows().filter(messages::id.ne_all(free));
    let held = held.select(messages::account_id);
    let held: Vec<Col<AccountId>> = held.load(&mut connection).await?;
    Ok(held.into_iter().map(|Col(account)| account).collect())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn accounts(numbers: &[u128]) -> BTreeSet<AccountId> {
        let numbers = numbers.iter().copied();
        numbers
            .map(|number| AccountId(Uuid::from_u128(number)))
            .collect()
    }

    fn time_out(message: &str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_lock_that_is_free_again_refuses_nobody() {
        const TIME_OUT: &str = "canceling statement due to lock timeout";
        const OTHER: &str = "canceling statement due to statement timeout";
        let lost = || Err(PortError::Unavailable("lost".into()));
        for (message, holders, expected) in [
            (TIME_OUT, Ok(accounts(&[2])), Some(accounts(&[2]))),
            (TIME_OUT, Ok(accounts(&[])), Some(accounts(&[1, 2]))),
            (TIME_OUT, lost(), None),
            (OTHER, Ok(accounts(&[2])), Some(accounts(&[2]))),
            (OTHER, Ok(accounts(&[])), None),
        ] {
            let error = time_out(message);
            let waited = waited_too_long(&error);
            let found = judge(port_error(error), waited, holders, accounts(&[1, 2]));
            match (found, expected) {
                (PortError::Locked(found), Some(expected)) => assert_eq!(found, expected),
                (PortError::Unavailable(_), None) => {}
                other => panic!("{message}: {other:?}"),
            }
        }
    }
}
