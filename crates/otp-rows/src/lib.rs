//! How a column maps to the core, once for PostgreSQL and SQLite.
//!
//! | module | holds |
//! | --- | --- |
//! | [`schema`] | the tables, as diesel sees them |
//! | [`rows`] | one struct for each kind of row, with its conversions to and from the core |
//! | `columns` | the column of each type of the core |
//! | `tallies` | the text form of the counts of insights |
//! | [`encoding`] | the SQL types, and their form in each database |
//!
//! A field of a row is a [`Col`] of the core's own type. A stored value that the core does not accept is
//! an error of the query, [`Unreadable`], and not a value that somebody has to check later.
//!
//! # To add a column
//!
//! 1. Add it in a migration for each database (`migrations/README.md`).
//! 2. Add it to its row in [`rows`]: a field, and a line in each conversion. If the query builder reads
//!    or writes it, add it to [`schema`] as well.
//! 3. Name it in the statements written by hand that read or write it. Their result is read by name, so
//!    its position does not matter.
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
mod tallies;
mod unreadable;

pub use column::{Col, Column, Raw};
pub use unreadable::Unreadable;
