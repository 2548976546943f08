//! Rate limit per IP address (GCRA).

mod limiter;
mod middleware;
mod quota;

pub use limiter::PerIpLimit;
pub use middleware::per_ip_limit;
pub use quota::{Exceeded, PerIpQuota};
