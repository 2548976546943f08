//! Whom a passcode is sent to.
//!
//! A phone number is judged exactly as Google's libphonenumber judges it, on the metadata of the
//! `phonenumber` crate; `docs/adr/0003-phone-numbers.md` says why the crate's own parser is not
//! used.

mod correction;
mod country_codes;
mod invalid_phone_number;
mod metadata;
#[rustfmt::skip] // generated, one row a line
mod metadata_corrections;
mod numbering_plan;
mod pattern;
mod phone_number;

pub use country_codes::load_numbering_plans;
pub use invalid_phone_number::InvalidPhoneNumber;
pub use phone_number::PhoneNumber;
