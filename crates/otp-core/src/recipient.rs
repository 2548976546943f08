//! The recipient of a passcode.
//!
//! A phone number is checked exactly as Google's libphonenumber checks it, with the metadata of the
//! `phonenumber` crate; `docs/adr/0003-phone-numbers.md` explains why the crate's own parser is not
//! used.

mod correction;
mod country_codes;
mod invalid_phone_number;
mod metadata;
#[rustfmt::skip] // generated, one row per line
mod metadata_corrections;
mod numbering_plan;
mod pattern;
mod phone_number;
mod spelling;

pub use country_codes::load_numbering_plans;
pub use invalid_phone_number::InvalidPhoneNumber;
pub use phone_number::PhoneNumber;
