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
use crate::errors::port_error;
use crate::transaction::Transaction;

/// The rows that a batch locks.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(super) accounts: BTreeSet<AccountId>,
    pub(super) messages: BTreeSet<MessageId>,
}

impl Rows {
    pub(crate) fn of_accounts(accounts: &BTreeSet<AccountId>) -> Self {
        Self {
            accounts: accounts.clone(),
            ..Self::default()
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
        }
    }
}

impl PgStore {
    /// Rolls a batch back, which failed with `error` while it locked `rows` and loaded its facts. Returns
    /// its error: `Locked` if another transaction holds one of the rows.
    ///
    /// The driver does not name the row it waited for, and on a server that does not speak English not even
    /// the lock. So the rows are asked.
    pub(crate) async fn lock_error(
        &self,
        transaction: Transaction,
        error: DieselError,
        rows: Rows,
    ) -> PortError {
        let may_be_locked = matches!(
            &error,
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)
        );
        let is_connected = transaction.roll_back().await;
        let error = port_error(error);
        if !may_be_locked || !is_connected {
            return error;
        }
        match self.holders(&rows).await {
            Ok(held) if !held.is_empty() => PortError::Locked(held),
            // The row is free again, or something else is the matter.
            Ok(_) | Err(_) => error,
        }
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
