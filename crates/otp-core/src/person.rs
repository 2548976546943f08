//! People who sign in to the pages: account holders and staff.
//!
//! - [`password`]: which passwords are accepted.
//! - [`session`]: how long a person stays signed in, and when an action needs a new proof.
//! - [`sign_in`]: how long a person waits after wrong passwords.

pub mod password;
pub mod session;
pub mod sign_in;
