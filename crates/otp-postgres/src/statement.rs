//! Statements written by hand, which the query builder cannot express, and which are prepared once.
//!
//! `diesel::sql_query` marks itself as unsafe to cache, so every execution would be prepared again, in a
//! round trip of its own. A type for each statement has a static query id instead, by which the
//! connection caches the prepared statement.

use otp_rows::Col;

/// Declares a statement. Its text contains `{}` for each parameter, in the order of the fields. The type
/// of a field is a type of the core, or `[T]` for an array. `-> Row` names the row that the statement
/// returns; its columns are read by name.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $parameter:tt),+ $(,)? } $(-> $row:ty)?,
        $text:expr
    ) => {
        $(#[$doc])*
        #[derive(diesel::query_builder::QueryId)]
        pub(crate) struct $name {
            $(pub(crate) $field: $crate::statement::parameter!(value $parameter),)+
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let mut pieces = $text.split("{}");
                $(
                    out.push_sql(pieces.next().unwrap_or_default());
                    out.push_bind_param::<$crate::statement::parameter!(sql $parameter), _>(
                        &self.$field,
                    )?;
                )+
                out.push_sql(pieces.next().unwrap_or_default());
                Ok(())
            }
        }

        $(
            impl diesel::query_builder::Query for $name {
                type SqlType = diesel::sql_types::Untyped;
            }

            impl $name {
                /// Runs the statement and returns its rows.
                pub(crate) async fn rows(
                    self,
                    mut connection: &diesel_async::AsyncPgConnection,
                ) -> diesel::QueryResult<Vec<$row>> {
                    diesel_async::RunQueryDsl::load(self, &mut connection).await
                }
            }
        )?
    };
}

/// The Rust type and the SQL type of a parameter.
macro_rules! parameter {
    (value [$core:ty]) => {
        Vec<otp_rows::Col<$core>>
    };
    (value $core:ty) => {
        otp_rows::Col<$core>
    };
    (sql [$core:ty]) => {
        diesel::sql_types::Array<<$core as otp_rows::Column>::Sql>
    };
    (sql $core:ty) => {
        <$core as otp_rows::Column>::Sql
    };
}

pub(crate) use {parameter, statement};

/// The parameter of an array: a value from each of `items`.
pub(crate) fn each<I: IntoIterator, T>(
    items: I,
    mut value: impl FnMut(I::Item) -> T,
) -> Vec<Col<T>> {
    items.into_iter().map(|item| Col(value(item))).collect()
}
