//! Forms: fields keep the typed text and show its fault.
//!
//! A form that is refused comes back whole: every problem at once, first in a summary that links to the fields, and
//! then at each field, in the same words. Only passwords are not repeated.
//!
//! Source: WCAG 2.2, success criteria 3.3.1 and 3.3.3.

mod fault;
mod kind;
mod refused;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::answer;

pub(crate) use fault::Fault;
pub(crate) use kind::FieldKind;
pub(crate) use refused::Refused;

/// A page with a form.
pub(crate) trait FormPage: Template + Sized {
    /// Returns the fields, in the order of the page.
    fn fields(&self) -> Vec<&Field>;

    /// Returns why the form is refused as a whole, if it is.
    fn refused(&self) -> Option<Refused> {
        None
    }

    /// Returns whether the page shows a problem.
    fn has_problem(&self) -> bool {
        self.refused().is_some() || self.fields().iter().any(|field| field.fault().is_some())
    }

    /// Answers with the page, and with the status of its problem.
    fn answer(&self) -> HttpResponse {
        let status = match self.refused() {
            Some(refused) => refused.status(),
            None if self.has_problem() => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        answer::page(status, self)
    }
}

/// A field of a form, as a page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    kind: FieldKind,
    value: String,
    fault: Option<Fault>,
}

impl Field {
    /// Returns a field with the typed text and its fault.
    pub(crate) fn new(kind: FieldKind, typed: &str, fault: Option<Fault>) -> Self {
        let repeated = if kind.is_repeated() { typed } else { "" };
        Self {
            kind,
            value: repeated.to_owned(),
            fault,
        }
    }

    /// Returns a field in which nothing was typed yet.
    pub(crate) fn empty(kind: FieldKind) -> Self {
        Self::new(kind, "", None)
    }

    pub(crate) fn kind(&self) -> FieldKind {
        self.kind
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Sets the fault that was found after the text was read.
    pub(crate) fn refuse(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// Returns the id of the words at the field that say what is wrong with it.
    pub(crate) fn fault_id(&self) -> String {
        format!("{}-fault", self.kind.name())
    }

    /// Returns the id of the words at the field that say what to type.
    pub(crate) fn hint_id(&self) -> String {
        format!("{}-hint", self.kind.name())
    }

    /// Returns the ids of all words that describe the field, for `aria-describedby`.
    pub(crate) fn described_by(&self) -> String {
        let fault = self.fault.map(|_| self.fault_id());
        let hint = self.kind.hint_key().map(|_| self.hint_id());
        let ids: Vec<_> = hint.into_iter().chain(fault).collect();
        ids.join(" ")
    }
}

/// Reads a field: returns the field as a page shows it, and the value if the text has no fault.
pub(crate) fn read<T>(
    kind: FieldKind,
    typed: &str,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> (Field, Option<T>) {
    match parse(typed) {
        Ok(value) => (Field::new(kind, typed, None), Some(value)),
        Err(fault) => (Field::new(kind, typed, Some(fault)), None),
    }
}
