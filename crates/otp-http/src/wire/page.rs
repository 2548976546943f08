//! A page of a list.

use std::borrow::Cow;

use otp_core::page::Page;
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The answer of every list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListPage<T> {
    /// The resources of this page, in the order of the list.
    pub(crate) data: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T, R: From<T>> From<Page<T>> for ListPage<R> {
    fn from(page: Page<T>) -> Self {
        Self {
            data: page.items.into_iter().map(R::from).collect(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// A resource that is listed by pages, and how the description of the API names such a page.
pub(crate) trait PageOf: ToSchema + Serialize {
    /// Name of the page's schema.
    const SCHEMA: &'static str;
    /// Description of the page.
    const DESCRIPTION: &'static str;
    /// Description of its resources and their order.
    const DATA: &'static str;
}

impl<T: PageOf> PartialSchema for ListPage<T> {
    fn schema() -> RefOr<Schema> {
        let data = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some(T::DATA));
        let next_cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("The cursor of the next page; null on the last one."));
        ObjectBuilder::new()
            .description(Some(T::DESCRIPTION))
            .property("data", data)
            .required("data")
            .property("nextCursor", next_cursor)
            .required("nextCursor")
            .into()
    }
}

impl<T: PageOf> ToSchema for ListPage<T> {
    fn name() -> Cow<'static, str> {
        T::SCHEMA.into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into(), T::schema()));
        T::schemas(schemas);
    }
}
