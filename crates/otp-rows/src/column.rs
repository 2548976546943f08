//! One value in one column: the only bridge between diesel and the types of the core.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::result::UnexpectedNullError;
use diesel::row::NamedRow;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::is_nullable::NotNull;
use diesel::sql_types::{Nullable, SingleValue, SqlType};

use crate::Unreadable;
use crate::encoding::{EncodedIn, Encoding};

/// A type of the core that fits into one column.
pub trait Column: Sized {
    /// The SQL type of the column.
    type Sql: Encoding + SqlType + SingleValue + TypedExpressionType;

    /// Its name in errors.
    const NAME: &'static str;

    /// Reads a stored value; `None` if no rule of the core accepts it.
    fn read(raw: Raw<'_, Self>) -> Option<Self>;

    /// The value as the column keeps it.
    fn write(&self) -> Raw<'_, Self>;
}

/// The stored value of a type, before the core reads it.
pub type Raw<'a, T> = <<T as Column>::Sql as Encoding>::Raw<'a>;

/// A column that may be NULL.
impl<T: Column> Column for Option<T>
where
    T::Sql: SqlType<IsNull = NotNull>,
    Nullable<T::Sql>: TypedExpressionType,
{
    type Sql = Nullable<T::Sql>;
    const NAME: &'static str = T::NAME;

    fn read(raw: Raw<'_, Self>) -> Option<Self> {
        match raw {
            Some(raw) => T::read(raw).map(Some),
            None => Some(None),
        }
    }

    fn write(&self) -> Raw<'_, Self> {
        self.as_ref().map(T::write)
    }
}

/// A value of the core in one column: a field of a row, or a parameter of a statement.
#[derive(Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Col<T>(pub T);

/// Names the type and never shows the value: a driver may write parameters to a log.
impl<T: Column> fmt::Debug for Col<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Col({})", T::NAME)
    }
}

impl<T, DB> FromSql<T::Sql, DB> for Col<T>
where
    T: Column,
    T::Sql: EncodedIn<DB>,
    DB: Backend,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        // The form itself refuses some values, such as an id of 15 bytes; they are unreadable, too.
        accepted(T::Sql::read(value, T::read).ok().flatten())
    }

    fn from_nullable_sql(value: Option<DB::RawValue<'_>>) -> deserialize::Result<Self> {
        match value {
            Some(value) => Self::from_sql(value),
            None => accepted(T::Sql::read_null(T::read)?),
        }
    }
}

fn accepted<T: Column>(read: Option<T>) -> deserialize::Result<Col<T>> {
    match read {
        Some(value) => Ok(Col(value)),
        None => Err(Box::new(Unreadable::expecting(T::NAME))),
    }
}

impl<T, DB> ToSql<T::Sql, DB> for Col<T>
where
    T: Column,
    T::Sql: EncodedIn<DB>,
    DB: Backend,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        T::Sql::write(self.0.write(), out)
    }
}

// `derive(AsExpression)` takes one SQL type, and this is generic over it.

impl<T: Column> AsExpression<T::Sql> for Col<T> {
    type Expression = Bound<T::Sql, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<T: Column> AsExpression<T::Sql> for &Col<T> {
    type Expression = Bound<T::Sql, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

/// Declares a row whose columns are read by name, for statements written by hand. Each field is a
/// [`Col`]; an error names the column.
macro_rules! by_name {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $row:ident { $($(#[$field_attribute:meta])* $field:ident: Col<$core:ty>),* $(,)? }
    ) => {
        $(#[$attribute])*
        $visibility struct $row {
            $($(#[$field_attribute])* $field: Col<$core>,)*
        }

        impl<DB> diesel::deserialize::QueryableByName<DB> for $row
        where
            DB: diesel::backend::Backend,
            $(Col<$core>: diesel::deserialize::FromSql<<$core as $crate::Column>::Sql, DB>,)*
        {
            fn build<'a>(
                row: &impl diesel::row::NamedRow<'a, DB>,
            ) -> diesel::deserialize::Result<Self> {
                Ok(Self {
                    $($field: $crate::column::named(row, stringify!($field))?,)*
                })
            }
        }
    };
}

pub(crate) use by_name;

/// Reads a column by its name.
pub(crate) fn named<'a, T, DB>(
    row: &impl NamedRow<'a, DB>,
    column: &'static str,
) -> deserialize::Result<Col<T>>
where
    T: Column,
    Col<T>: FromSql<T::Sql, DB>,
    DB: Backend,
{
    let read = NamedRow::get::<T::Sql, _>(row, column);
    read.map_err(|error| {
        if error.is::<Unreadable>() || error.is::<UnexpectedNullError>() {
            Box::new(Unreadable::new(column, T::NAME))
        } else {
            error
        }
    })
}

#[cfg(test)]
mod tests;
