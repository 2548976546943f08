//! How a column maps to the core, once for PostgreSQL and SQLite.

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
