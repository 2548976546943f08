//! One statement for many rows: they travel as one parameter, a JSON array that SQLite's `json_each`
//! turns into a table.
//!
//! The statement's text is the same for any number of rows, so it is prepared once per connection,
//! and no batch meets the limit on parameters. Bytes travel as hexadecimal digits, for `unhex`.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use serde_json::Value;
use uuid::Uuid;

/// A statement over `json_each(?)` whose result has the columns `Columns`.
pub(crate) struct SetBased<Columns = ()> {
    sql: &'static str,
    rows: String,
    columns: PhantomData<Columns>,
}

/// `sql` over these rows, each a JSON array; it has exactly one `?`.
pub(crate) fn set_based<Columns>(
    sql: &'static str,
    rows: impl IntoIterator<Item = Value>,
) -> SetBased<Columns> {
    let rows = Value::Array(rows.into_iter().collect()).to_string();
    SetBased {
        sql,
        rows,
        columns: PhantomData,
    }
}

/// Bytes as a row of the parameter holds them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// An id as a row of the parameter holds it.
pub(crate) fn id(id: Uuid) -> String {
    hex(id.as_bytes())
}

impl<Columns> QueryFragment<Sqlite> for SetBased<Columns> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let (before, after) = self.sql.split_once('?').unwrap_or((self.sql, ""));
        out.push_sql(before);
        out.push_bind_param::<Text, String>(&self.rows)?;
        out.push_sql(after);
        Ok(())
    }
}

/// Without a static id diesel finds the prepared statement by its text.
impl<Columns> QueryId for SetBased<Columns> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Columns> Query for SetBased<Columns> {
    type SqlType = Columns;
}

impl<Columns> RunQueryDsl<SqliteConnection> for SetBased<Columns> {}
