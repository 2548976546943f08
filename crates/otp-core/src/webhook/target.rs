//! The URL of a customer's endpoint, judged by its scheme and host.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::address::ForbiddenAddress;

/// Whether calls may go to hosts that are not on the public internet, and without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateTargets {
    /// Only `https` to public addresses.
    Forbidden,
    /// Any address, also by `http`: for development, and for networks without strangers' URLs.
    Allowed,
}

/// A URL that a webhook may be sent to, as far as the URL itself can tell.
///
/// It is `https` (or, if private targets are allowed, `http`), with a host, and without user and
/// fragment. Its host is not an address that is forbidden, however that is spelt, nor a name for the
/// machine itself. Any other name is judged by its addresses when it is called.
///
/// `Debug` and the errors show no path and no query, which may contain a token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WebhookTarget(Url);

/// The reason a text is not a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookTargetError {
    /// The text is not a URL that can be called.
    #[error(transparent)]
    Invalid(#[from] InvalidWebhookTarget),
    /// The URL can be called, but must not be.
    #[error(transparent)]
    Forbidden(#[from] ForbiddenWebhookTarget),
}

/// The reason a text is not a URL that can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebhookTarget {
    /// It is longer than 2,048 bytes.
    #[error("the URL is longer than 2048 bytes")]
    TooLong,
    /// It is not an absolute URL with a valid host and port.
    #[error("not a URL such as https://example.com/webhooks")]
    NotAUrl,
    /// Its scheme is neither `https` nor `http`.
    #[error("the URL must begin with https://")]
    Scheme,
    /// It has a user name or a password.
    #[error("the URL must not have a user name or password")]
    UserInfo,
    /// It has a fragment, which would not be sent.
    #[error("the URL must not have a fragment (#…)")]
    Fragment,
}

/// The reason a URL must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ForbiddenWebhookTarget {
    /// Its scheme is `http`: anyone on the way could read the call.
    #[error("the URL must begin with https://")]
    PlainHttp,
    /// Its host is a name for the machine itself.
    #[error("the host is a name for the machine itself")]
    LocalName,
    /// Its host is, or has only, addresses that are not on the public internet.
    #[error("the host's address is not public ({0})")]
    Address(ForbiddenAddress),
}

impl WebhookTarget {
    /// The maximum length of a URL in bytes, as typed and as normalised.
    pub const MAX_LENGTH: usize = 2_048;

    /// Reads and judges a URL. It is normalised by the rules of browsers (WHATWG), with `/` as the
    /// shortest path.
    pub fn parse(text: &str, private: PrivateTargets) -> Result<Self, WebhookTargetError> {
        let target = Self(read(text)?);
        target.judge(private)?;
        Ok(target)
    }

    /// Judges the scheme and the host as they are written, without a look-up.
    ///
    /// A client MUST judge a target before each call: it may have been stored while private targets were
    /// allowed, and a host that is an address is never looked up.
    pub fn judge(&self, private: PrivateTargets) -> Result<(), ForbiddenWebhookTarget> {
        if private == PrivateTargets::Allowed {
            return Ok(());
        }
        if self.0.scheme() != "https" {
            return Err(ForbiddenWebhookTarget::PlainHttp);
        }
        let address = match self.0.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(name)) if is_local(name) => {
                return Err(ForbiddenWebhookTarget::LocalName);
            }
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        ForbiddenAddress::of(address)
            .map_or(Ok(()), |class| Err(ForbiddenWebhookTarget::Address(class)))
    }

    /// Returns the URL in its normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the parsed URL. A client calls this value: to read the text again, perhaps with another
    /// parser, could lead to another host than the judged one.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.origin().ascii_serialization();
        write!(f, "WebhookTarget({origin}/…)")
    }
}

fn read(text: &str) -> Result<Url, InvalidWebhookTarget> {
    if text.len() > WebhookTarget::MAX_LENGTH {
        return Err(InvalidWebhookTarget::TooLong);
    }
    // The parser drops or replaces these, so the URL would not be the one that was typed.
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(InvalidWebhookTarget::NotAUrl);
    }
    let url = Url::parse(text).map_err(|_| InvalidWebhookTarget::NotAUrl)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(InvalidWebhookTarget::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidWebhookTarget::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(InvalidWebhookTarget::Fragment);
    }
    if let Some(Host::Domain(name)) = url.host()
        && !is_name(name)
    {
        return Err(InvalidWebhookTarget::NotAUrl);
    }
    if url.as_str().len() > WebhookTarget::MAX_LENGTH {
        return Err(InvalidWebhookTarget::TooLong);
    }
    Ok(url)
}

/// Returns whether DNS can have the name: at most 253 characters, in labels of 1 to 63. Unlike the
/// parser, which allows any characters, it allows only those of hosts.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Returns whether the name is the machine's own by definition (RFC 6761, section 6.3).
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests;
