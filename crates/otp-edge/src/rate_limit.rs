//! Rate limit per IP address (GCRA).

mod limiter;
mod middleware;
mod quota;

pub use limiter::PerIpLimit;
pub use middleware::{per_ip_limit, per_ip_limit_of_forms};
pub use quota::{Exceeded, PerIpQuota};
