//! Reading a request's query: parameters we know, each once, each judged by itself.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web::Query;

use crate::error::ApiError;

/// A parameter of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Parameter {
    Status,
    Recipient,
    From,
    To,
    Limit,
    Cursor,
}

impl Parameter {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Status,
        Self::Recipient,
        Self::From,
        Self::To,
        Self::Limit,
        Self::Cursor,
    ];

    /// The name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Recipient => "recipient",
            Self::From => "from",
            Self::To => "to",
            Self::Limit => "limit",
            Self::Cursor => "cursor",
        }
    }
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InvalidQuery {
    /// There is no such parameter.
    Unknown(String),
    /// A parameter stands twice.
    Duplicate(Parameter),
    /// A parameter's value will not do.
    Value(Parameter),
}

/// The parameters of a request.
pub(crate) struct Parameters(HashMap<Parameter, String>);

impl Parameters {
    /// Reads a query in which any parameter may stand.
    pub(crate) fn read(request: &HttpRequest) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let mut found = HashMap::new();
        for (name, value) in pairs.map(Query::into_inner).unwrap_or_default() {
            let mut all = Parameter::ALL.into_iter();
            let Some(parameter) = all.find(|parameter| parameter.name() == name) else {
                return Err(refused(InvalidQuery::Unknown(shown(&name))));
            };
            if found.insert(parameter, value).is_some() {
                return Err(refused(InvalidQuery::Duplicate(parameter)));
            }
        }
        Ok(Self(found))
    }

    /// The value of a parameter, if it is there; one that `parse` does not understand is refused.
    pub(crate) fn get<T>(
        &self,
        parameter: Parameter,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.0.get(&parameter) else {
            return Ok(None);
        };
        let parsed = parse(value).ok_or(InvalidQuery::Value(parameter));
        parsed.map(Some).map_err(refused)
    }
}

fn refused(query: InvalidQuery) -> ApiError {
    ApiError::InvalidQueryParameter(query)
}

/// So much of an unknown name as an answer may repeat.
fn shown(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_graphic)
        .take(64)
        .collect()
}

impl InvalidQuery {
    /// One of each kind.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let values = Parameter::ALL.into_iter().map(Self::Value);
        let others = [
            Self::Unknown("colour".to_owned()),
            Self::Duplicate(Parameter::Status),
        ];
        values.chain(others).collect()
    }

    /// The key of the sentence that says it.
    pub(crate) const fn text_key(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "InvalidQueryParameter-unknown",
            Self::Duplicate(_) => "InvalidQueryParameter-duplicate",
            Self::Value(Parameter::Status) => "InvalidQueryParameter-status",
            Self::Value(Parameter::Recipient) => "InvalidQueryParameter-recipient",
            Self::Value(Parameter::From | Parameter::To) => "InvalidQueryParameter-instant",
            Self::Value(Parameter::Limit) => "InvalidQueryParameter-limit",
            Self::Value(Parameter::Cursor) => "InvalidQueryParameter-cursor",
        }
    }

    /// The parameter concerned.
    pub(crate) fn parameter(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            Self::Duplicate(parameter) | Self::Value(parameter) => parameter.name(),
        }
    }
}
