//! The token of a form: proves that a page of the same session contained it (cross-site request forgery).
//!
//! The [guard](crate::guard) refuses forms of other sites already, by what browsers say of a request. The token does not
//! depend on browsers. It is derived from the session's token, so nothing is stored.
//!
//! Source: the OWASP cheat sheet on cross-site request forgery, section "Synchronizer token pattern".

use otp_core::person::session::SessionToken;

use crate::typed::Typed;

/// The name of the hidden field.
pub(crate) const FIELD: &str = "form-token";

/// Returns whether a form has the token of its session.
pub(crate) fn is_right(session: &SessionToken, typed: &Typed) -> bool {
    session.is_form_token(typed.get(FIELD))
}
