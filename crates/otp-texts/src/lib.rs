//! Texts in the languages of the product: catalogues, language negotiation, direction.
//!
//! - [`Catalogue`] holds the texts of one crate, in Project Fluent's format. Each crate keeps its
//!   own `locales/{en,ar}` and embeds them in its catalogue.
//! - [`Argument`] is a value that a text inserts; a number chooses the plural form. [`grouped`] writes a number alone.
//! - [`preferred_language`] reads an `Accept-Language` header.
//! - [`Direction`] is the writing direction of a language; [`bidi`] keeps inserted values from
//!   mixing with the direction of the sentence around them.
//! - [`join_names`] writes a list of technical names as a part of a sentence.
//!
//! Languages are [`UiLanguage`](otp_core::ui_language::UiLanguage)s of the core. To add one, extend
//! that enum; the compiler then names every place that lacks the language.

mod accept_language;
mod argument;
pub mod bidi;
mod catalogue;
mod direction;
mod join;
mod pattern;

pub use accept_language::preferred_language;
pub use argument::{Argument, grouped};
pub use catalogue::{Catalogue, Sources};
pub use direction::Direction;
pub use join::join_names;
