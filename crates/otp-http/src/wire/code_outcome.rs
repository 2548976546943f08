//! The outcome of a code that the caller checks.

use utoipa::ToSchema;

/// Outcome of a code that the caller checks.
#[derive(ToSchema)]
#[schema(as = CodeOutcome, rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum CodeOutcomeName {
    Verified,
    Abandoned,
}
