//! Declarations of parameters.

use actix_web::HttpRequest;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{RefOr, Required, Schema};

use super::value::Value;

/// A parameter in the query.
pub(crate) struct QueryParameter<T: 'static> {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) value: Value<T>,
}

/// A parameter in the path.
pub(crate) struct PathParameter<T: 'static> {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) value: Value<T>,
}

impl<T> PathParameter<T> {
    /// Reads the parameter; `None` if the value cannot be read.
    pub(crate) fn read(&self, request: &HttpRequest) -> Option<T> {
        let text = request.match_info().get(self.name).unwrap_or_default();
        (self.value.parse)(text)
    }
}

/// A parameter of any type, in the description of the API.
pub(crate) trait Documented {
    /// Its name.
    fn name(&self) -> &'static str;
    /// The key of the text about a value that cannot be read.
    #[cfg(test)]
    fn text_key(&self) -> &'static str;
    /// Its description.
    fn document(&self) -> Parameter;
}

/// Describes all these parameters.
pub(crate) fn documents(parameters: &[&dyn Documented]) -> Vec<Parameter> {
    parameters
        .iter()
        .map(|parameter| parameter.document())
        .collect()
}

impl<T> Documented for QueryParameter<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    #[cfg(test)]
    fn text_key(&self) -> &'static str {
        self.value.text_key
    }

    fn document(&self) -> Parameter {
        let parameter = described(self.name, self.description, &self.value);
        parameter
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .build()
    }
}

impl<T> Documented for PathParameter<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    #[cfg(test)]
    fn text_key(&self) -> &'static str {
        self.value.text_key
    }

    fn document(&self) -> Parameter {
        let parameter = described(self.name, self.description, &self.value);
        parameter
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .build()
    }
}

fn described<T>(name: &str, description: &str, value: &Value<T>) -> ParameterBuilder {
    let schema: RefOr<Schema> = (value.schema)();
    ParameterBuilder::new()
        .name(name)
        .description(Some(description))
        .schema(Some(schema))
        .example(value.example.map(Into::into))
}
