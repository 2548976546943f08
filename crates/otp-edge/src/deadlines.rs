//! Deadlines of connections, which actix-http and the connections themselves keep.

use std::time::Duration;

/// How long an idle connection is kept, also one that has had no request yet: pools of clients open
/// some in advance. Common proxies close one after 60 s, so the server never closes a connection that a
/// proxy is about to use.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the head of a request may take to arrive, from its first byte. Bodies have their own deadline.
pub(crate) const HEAD_DEADLINE: Duration = Duration::from_secs(5);
