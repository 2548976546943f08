//! One statement for many rows. The rows are one parameter, a JSON array that SQLite's `json_each` turns
//! into a table.
//!
//! The text is the same for any number of rows, so it is prepared once for each connection, and no batch
//! reaches the limit on parameters. Bytes are written as hexadecimal digits, for `unhex`.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Text, Untyped};
use diesel::sqlite::Sqlite;
use serde_json::Value;
use uuid::Uuid;

/// A statement over `json_each(?)`. A row of its result is read by the names of its columns.
pub(crate) struct SetBased {
    sql: &'static str,
    rows: String,
}

/// `sql` over these rows, each a JSON array; it has exactly one `?`.
pub(crate) fn set_based(sql: &'static str, rows: impl IntoIterator<Item = Value>) -> SetBased {
    let rows = Value::Array(rows.into_iter().collect()).to_string();
    SetBased { sql, rows }
}

/// Bytes, as written into the parameter.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// An id, as written into the parameter.
pub(crate) fn id(id: Uuid) -> String {
    hex(id.as_bytes())
}

impl QueryFragment<Sqlite> for SetBased {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let (before, after) = self.sql.split_once('?').unwrap_or((self.sql, ""));
        out.push_sql(before);
        out.push_bind_param::<Text, String>(&self.rows)?;
        out.push_sql(after);
        Ok(())
    }
}

/// Without a static id, diesel finds the prepared statement by its text.
impl QueryId for SetBased {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for SetBased {
    type SqlType = Untyped;
}

impl RunQueryDsl<SqliteConnection> for SetBased {}
