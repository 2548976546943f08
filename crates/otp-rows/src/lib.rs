//! How a column maps to the core, once for PostgreSQL and SQLite.
//!
//! | module | holds |
//! | --- | --- |
//! | [`schema`] | the tables, as diesel sees them |
//! | [`rows`] | one struct for each kind of row, and what it becomes in the core |
//! | `columns` | which type of the core a column keeps as what |
//! | [`encoding`] | the two SQL types whose form differs between the databases |
//!
//! A value is read where it leaves the database: the field of a row is a [`Col`] of the core's own
//! type, and a stored value that the core does not accept is [`Unreadable`]. So a row converts field by
//! field, and a store sees types of the core only.
//!
//! # To add a column
//!
//! 1. Add it in a migration for each database (`migrations/README.md`).
//! 2. Add it to its row in [`rows`]: a field, and a line in each conversion. If the query builder reads
//!    or writes it, add it to [`schema`] as well.
//! 3. If statements written by hand read or write it, name it there: the selected columns of a row that
//!    is read by name may be in any order.
//!
//! A new type of the core takes one line in `columns`.
//!
//! # To add a table
//!
//! Describe it in [`schema`], write its rows in a file of [`rows`], and implement its port in
//! `otp-postgres` and `otp-sqlite`.

pub mod encoding;
pub mod rows;
#[expect(
    missing_docs,
    reason = "a column is described where it is created, in migrations/"
)]
pub mod schema;

mod column;
mod columns;
mod unreadable;

pub use column::{Col, Column, Raw};
pub use unreadable::Unreadable;
