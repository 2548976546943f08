//! Statements written by hand where the query builder has no words, and prepared once all the same.
//!
//! `diesel::sql_query` is never kept: it marks itself as unsafe to cache, so that every execution
//! would be prepared anew, with a round trip of its own. A type per statement has a static query id
//! instead, which is the key of the connection's cache of prepared statements.

/// Declares a statement. Its text has `{}` where a value goes, in the order of the fields; `-> (…)`
/// names the types of the columns it returns.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $value:ty => $sql_type:ty),+ $(,)? } $(-> $row:ty)?,
        $text:expr
    ) => {
        $(#[$doc])*
        #[derive(diesel::query_builder::QueryId)]
        pub(crate) struct $name {
            $(pub(crate) $field: $value,)+
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let mut pieces = $text.split("{}");
                $(
                    out.push_sql(pieces.next().unwrap_or_default());
                    out.push_bind_param::<$sql_type, _>(&self.$field)?;
                )+
                out.push_sql(pieces.next().unwrap_or_default());
                Ok(())
            }
        }

        $(
            impl diesel::query_builder::Query for $name {
                type SqlType = $row;
            }
        )?
    };
}

pub(crate) use statement;
