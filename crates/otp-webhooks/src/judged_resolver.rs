//! The look-up that the HTTP client makes for each connection: only permitted addresses leave it.
//!
//! The client connects to the addresses that it gets from here and asks only once. So there is no
//! moment between the judgement and the connection in which a name could change its addresses.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use otp_core::webhook::{ForbiddenAddress, ForbiddenWebhookTarget, PrivateTargets};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::resolver::NameResolver;

/// The number of addresses that are tried. A name with thousands of them must not make this process
/// knock at all their doors.
const MAX_ADDRESSES: usize = 8;

/// A resolver whose answers are judged.
#[derive(Clone)]
pub(crate) struct JudgedResolver {
    resolver: Arc<dyn NameResolver>,
    private: PrivateTargets,
}

/// The reason that a name leads to no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LookupError {
    #[error("the name has no address")]
    Unknown,
    #[error(transparent)]
    Forbidden(ForbiddenWebhookTarget),
}

impl JudgedResolver {
    pub(crate) fn new(resolver: Arc<dyn NameResolver>, private: PrivateTargets) -> Self {
        Self { resolver, private }
    }

    async fn permitted(&self, name: &str) -> Result<Vec<SocketAddr>, LookupError> {
        let found = self.resolver.resolve(name).await;
        let found = found.map_err(|_| LookupError::Unknown)?;
        // Port 0 becomes that of the URL.
        let permitted = judge(&found, self.private)?.into_iter();
        Ok(permitted
            .map(|address| SocketAddr::new(address, 0))
            .collect())
    }
}

impl Resolve for JudgedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let permitted = this.permitted(name.as_str()).await?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// Returns the addresses that may be called. If there is none, the first one names the reason.
fn judge(found: &[IpAddr], private: PrivateTargets) -> Result<Vec<IpAddr>, LookupError> {
    let is_permitted = |address: &IpAddr| {
        private == PrivateTargets::Allowed || ForbiddenAddress::of(*address).is_none()
    };
    let permitted = found.iter().copied().filter(is_permitted);
    let permitted: Vec<_> = permitted.take(MAX_ADDRESSES).collect();
    if !permitted.is_empty() {
        return Ok(permitted);
    }
    let class = found.first().and_then(|first| ForbiddenAddress::of(*first));
    Err(class.map_or(LookupError::Unknown, |class| {
        LookupError::Forbidden(ForbiddenWebhookTarget::Address(class))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &str, private: PrivateTargets, expected: Result<&str, LookupError>) {
        let read = |text: &str| -> Vec<IpAddr> {
            let addresses = text.split_whitespace();
            addresses.map(|text| text.parse().expect(text)).collect()
        };
        assert_eq!(judge(&read(found), private), expected.map(read), "{found}");
    }

    #[test]
    fn only_permitted_addresses_are_called() {
        let loopback = ForbiddenWebhookTarget::Address(ForbiddenAddress::Loopback);
        let private = ForbiddenWebhookTarget::Address(ForbiddenAddress::Private);
        for (found, expected) in [
            ("", Err(LookupError::Unknown)),
            ("8.8.8.8 2606:4700::1111", Ok("8.8.8.8 2606:4700::1111")),
            ("127.0.0.1 8.8.8.8 fd00::1", Ok("8.8.8.8")),
            ("8.8.8.8 ::ffff:10.0.0.1", Ok("8.8.8.8")),
            ("127.0.0.1 10.0.0.1", Err(LookupError::Forbidden(loopback))),
            ("::ffff:10.0.0.1 ::1", Err(LookupError::Forbidden(private))),
        ] {
            check(found, PrivateTargets::Forbidden, expected);
        }
        check(
            "127.0.0.1 ::1",
            PrivateTargets::Allowed,
            Ok("127.0.0.1 ::1"),
        );
        check("", PrivateTargets::Allowed, Err(LookupError::Unknown));
    }

    #[test]
    fn only_the_first_addresses_are_called() {
        let many = "8.8.8.8 ".repeat(1_000);
        check(&many, PrivateTargets::Forbidden, Ok(&"8.8.8.8 ".repeat(8)));
    }
}
