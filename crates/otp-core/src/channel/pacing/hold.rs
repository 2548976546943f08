//! A call that is held back.

use std::time::Duration;

use crate::ports::ProviderRefusal;

/// The reason a call is held back, and the wait before asking again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The provider's last refusal, for the answer if there is no time to ask again.
    pub refusal: ProviderRefusal,
    /// How long to wait before asking again.
    pub after: Duration,
}
