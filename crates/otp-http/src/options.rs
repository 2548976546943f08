//! Options of the API.

use otp_edge::{PerIpQuota, TrustedProxies};

/// How the API is served.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// The requests that one IP address may make; `None` allows any number.
    pub per_ip: Option<PerIpQuota>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The URL at which clients reach the API, such as `https://otp.example.com`; for its
    /// documentation only.
    pub public_url: Option<String>,
    /// Whether there is a guide, which describes errors; otherwise the page of the reference does.
    pub has_guide: bool,
    /// Whether the paths of health have an address of their own, and are absent from the API's.
    pub internal_health: bool,
}
