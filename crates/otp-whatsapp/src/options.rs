//! The address of the Cloud API and the way to reach it: read from settings, checked before the
//! first call.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

/// The options for reaching the Cloud API.
#[derive(Clone, PartialEq, Eq)]
pub struct CloudApiOptions {
    /// The address: `https` and a host, optionally a port and a path prefix. Plain `http` is for a
    /// sandbox: it sends the access token in the clear.
    pub base_url: String,
    /// The version of the Graph API, such as `v26.0`.
    pub api_version: String,
    /// The time limit of name resolution, TCP and TLS together. It should be well below the time
    /// limit of a call, so that an unreachable address leaves time for another call.
    pub connect_timeout: Duration,
    /// The HTTP proxy, such as `http://proxy.internal:3128`. The environment's `HTTPS_PROXY` is
    /// ignored: only the settings decide where access tokens and passcodes are sent.
    pub proxy: Option<String>,
}

impl Default for CloudApiOptions {
    fn default() -> Self {
        Self {
            base_url: "https://graph.facebook.com".to_owned(),
            api_version: "v26.0".to_owned(),
            connect_timeout: Duration::from_secs(3),
            proxy: None,
        }
    }
}

impl CloudApiOptions {
    /// Returns a reason for each option that cannot be used.
    pub fn faults(&self) -> Vec<InvalidOptions> {
        let faults = [
            self.base().err(),
            self.version().err(),
            self.connection_limit().err(),
            self.proxy_url().err(),
        ];
        faults.into_iter().flatten().collect()
    }

    fn base(&self) -> Result<Url, InvalidOptions> {
        let is_bare = |url: &Url| {
            url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let base = http_url(&self.base_url).filter(is_bare);
        base.ok_or(InvalidOptions::BaseUrl)
    }

    fn version(&self) -> Result<&str, InvalidOptions> {
        let version = Some(self.api_version.as_str()).filter(|version| is_version(version));
        version.ok_or(InvalidOptions::ApiVersion)
    }

    fn connection_limit(&self) -> Result<Duration, InvalidOptions> {
        let limit = Some(self.connect_timeout).filter(|limit| !limit.is_zero());
        limit.ok_or(InvalidOptions::ConnectTimeout)
    }

    fn proxy_url(&self) -> Result<Option<Url>, InvalidOptions> {
        let url = |proxy: &String| http_url(proxy).ok_or(InvalidOptions::Proxy);
        self.proxy.as_ref().map(url).transpose()
    }
}

impl fmt::Debug for CloudApiOptions {
    /// Hides the proxy, whose address may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudApiOptions")
            .field("base_url", &self.base_url)
            .field("api_version", &self.api_version)
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy.as_ref().map(|_| "…"))
            .finish()
    }
}

/// The reason the options cannot be used. It never contains their text.
#[derive(Debug, thiserror::Error)]
pub enum InvalidOptions {
    /// The base URL is invalid.
    #[error("the base URL must be http(s)://host, without user, query or fragment")]
    BaseUrl,
    /// The version is invalid.
    #[error("the API version must look like v26.0")]
    ApiVersion,
    /// The connect time-out is zero.
    #[error("the connect time-out must be longer than zero")]
    ConnectTimeout,
    /// The proxy's address is invalid.
    #[error("the proxy must be http(s)://host:port")]
    Proxy,
    /// The system has no root certificates, so no server could prove its identity.
    #[error("the system has no root certificates: install ca-certificates or set SSL_CERT_FILE")]
    NoRootCertificates,
    /// TLS or the HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Checked options. They have no `Debug`: a proxy's address may contain a password.
#[derive(Clone)]
pub(crate) struct Endpoint {
    base: Url,
    /// The path up to and including the version.
    prefix: String,
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Option<Url>,
}

impl Endpoint {
    pub(crate) fn parse(options: &CloudApiOptions) -> Result<Self, InvalidOptions> {
        let base = options.base()?;
        let path = base.path().trim_end_matches('/');
        let prefix = format!("{path}/{}", options.version()?);
        Ok(Self {
            base,
            prefix,
            connect_timeout: options.connection_limit()?,
            proxy: options.proxy_url()?,
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Returns the URL that messages of this number are posted to.
    pub(crate) fn messages_of(&self, phone_number_id: &str) -> Url {
        self.object(phone_number_id, Some("messages"))
    }

    /// Returns the URL of a path below the version.
    pub(crate) fn versioned(&self, path: &str) -> Url {
        self.object(path, None)
    }

    /// Returns the URL of an object of Graph, or of one of its edges.
    pub(crate) fn object(&self, id: &str, edge: Option<&str>) -> Url {
        let mut url = self.base.clone();
        let edge = edge.map(|edge| format!("/{edge}")).unwrap_or_default();
        url.set_path(&format!("{}/{id}{edge}", self.prefix));
        url
    }
}

fn http_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix('v')
        .and_then(|version| version.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut CloudApiOptions)) -> Result<Endpoint, InvalidOptions> {
        let mut options = CloudApiOptions::default();
        change(&mut options);
        Endpoint::parse(&options)
    }

    #[track_caller]
    fn check_url(base_url: &str, expected: &str) {
        let endpoint = with(|o| o.base_url = base_url.to_owned()).expect(base_url);
        assert_eq!(endpoint.messages_of("106540352242922").as_str(), expected);
    }

    #[test]
    fn the_default_is_metas_address() {
        check_url(
            "https://graph.facebook.com",
            "https://graph.facebook.com/v26.0/106540352242922/messages",
        );
    }

    #[test]
    fn a_port_and_a_path_prefix_are_kept() {
        for base_url in ["http://127.0.0.1:8080/meta", "http://127.0.0.1:8080/meta/"] {
            check_url(
                base_url,
                "http://127.0.0.1:8080/meta/v26.0/106540352242922/messages",
            );
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "",
            "graph.facebook.com",
            "ftp://graph.facebook.com",
            "https://",
            "https://u:p@graph.facebook.com",
            "https://graph.facebook.com/?a=b",
            "https://graph.facebook.com/#a",
        ] {
            let result = with(|o| o.base_url = url.to_owned());
            assert!(matches!(result, Err(InvalidOptions::BaseUrl)), "{url}");
        }
        for proxy in ["", "proxy:3128", "socks5://proxy:1080"] {
            let result = with(|o| o.proxy = Some(proxy.to_owned()));
            assert!(matches!(result, Err(InvalidOptions::Proxy)), "{proxy}");
        }
    }

    #[test]
    fn a_version_is_two_numbers() {
        assert!(with(|o| o.api_version = "v101.12".to_owned()).is_ok());
        for version in [
            "", "26.0", "v26", "v26.", "v.0", "v26.0/..", "v26.0.1", "V26.0",
        ] {
            let result = with(|o| o.api_version = version.to_owned());
            assert!(
                matches!(result, Err(InvalidOptions::ApiVersion)),
                "{version}"
            );
        }
    }

    #[test]
    fn a_connect_time_out_of_zero_is_refused() {
        let result = with(|o| o.connect_timeout = Duration::ZERO);
        assert!(matches!(result, Err(InvalidOptions::ConnectTimeout)));
    }

    #[test]
    fn every_fault_is_found() {
        let options = CloudApiOptions {
            base_url: "graph".to_owned(),
            api_version: "26".to_owned(),
            connect_timeout: Duration::ZERO,
            proxy: Some("proxy".to_owned()),
        };
        assert_eq!(options.faults().len(), 4);
        assert!(CloudApiOptions::default().faults().is_empty());
    }

    #[test]
    fn debug_hides_the_proxys_password() {
        let options = CloudApiOptions {
            proxy: Some("http://gateway:hunter2@proxy:3128".to_owned()),
            ..CloudApiOptions::default()
        };
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
