//! The query of a request: known parameters only, each at most once.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web;

use super::declaration::{Documented, QueryParameter};

/// The parameters of a request's query.
pub(crate) struct Query(HashMap<&'static str, String>);

/// A query that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InvalidQuery {
    /// The endpoint has no such parameter.
    Unknown {
        /// The parameter, shortened.
        name: String,
        /// The parameters that the endpoint has.
        known: Vec<&'static str>,
    },
    /// A parameter appears twice.
    Duplicate {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter's value cannot be read.
    Value {
        /// The parameter.
        name: &'static str,
        /// The key of the sentence that says how a value is written.
        text_key: &'static str,
    },
}

impl Query {
    /// Reads a query that may have these parameters.
    pub(crate) fn read(
        request: &HttpRequest,
        known: &[&dyn Documented],
    ) -> Result<Self, InvalidQuery> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let names: Vec<_> = known.iter().map(|parameter| parameter.name()).collect();
        let mut found = HashMap::new();
        for (name, value) in pairs.map(web::Query::into_inner).unwrap_or_default() {
            let Some(name) = names.iter().copied().find(|known| *known == name) else {
                return Err(InvalidQuery::Unknown {
                    name: shortened(&name),
                    known: names,
                });
            };
            if found.insert(name, value).is_some() {
                return Err(InvalidQuery::Duplicate { name });
            }
        }
        Ok(Self(found))
    }

    /// Returns the value of a parameter, if the query has it.
    pub(crate) fn get<T>(&self, parameter: &QueryParameter<T>) -> Result<Option<T>, InvalidQuery> {
        let Some(text) = self.0.get(parameter.name) else {
            return Ok(None);
        };
        match (parameter.value.parse)(text) {
            Some(value) => Ok(Some(value)),
            None => Err(InvalidQuery::Value {
                name: parameter.name,
                text_key: parameter.value.text_key,
            }),
        }
    }
}

impl InvalidQuery {
    /// Returns the key of the sentence that describes it.
    pub(crate) const fn text_key(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "InvalidQueryParameter-unknown",
            Self::Duplicate { .. } => "InvalidQueryParameter-duplicate",
            Self::Value { text_key, .. } => text_key,
        }
    }

    /// Returns the parameter that the sentence names.
    pub(crate) fn parameter(&self) -> &str {
        match self {
            Self::Unknown { name, .. } => name,
            Self::Duplicate { name } | Self::Value { name, .. } => name,
        }
    }

    /// Returns the parameters that the sentence lists.
    pub(crate) fn known(&self) -> &[&'static str] {
        match self {
            Self::Unknown { known, .. } => known,
            Self::Duplicate { .. } | Self::Value { .. } => &[],
        }
    }
}

/// Returns the part of an unknown name that an answer may repeat.
fn shortened(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_graphic)
        .take(64)
        .collect()
}
