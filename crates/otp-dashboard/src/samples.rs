//! Samples: the states of a page, for the gallery and its tests.

use actix_web::http::StatusCode;
use askama::Template;

use crate::page::Page;

/// A page that has states to show.
pub(crate) trait Samples: Template + Sized {
    /// The name of the page, as in its path.
    const NAME: &'static str;

    /// Returns the states, each with its name and the status of its answer.
    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)>;
}
