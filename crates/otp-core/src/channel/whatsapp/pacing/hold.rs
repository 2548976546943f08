//! A call that is held back.

use std::time::Duration;

use crate::ports::ProviderRefusal;

/// Why a call is not made, and when to ask again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What the provider said last, to answer with if there is no time to ask again.
    pub refusal: ProviderRefusal,
    /// How long to wait before asking again.
    pub after: Duration,
}
