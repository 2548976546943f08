//! Settings that can be used and put passcodes, keys or limits at risk.

use otp_core::webhook::PrivateTargets;
use otp_postgres::PgOptions;
use url::{Host, Url};

use super::{DatabaseUrl, Settings};

impl Settings {
    /// Returns the risks that these settings take: one sentence each, which begins with the key and says
    /// what is at stake. The program logs them when it starts to serve.
    pub fn warnings(&self) -> Vec<String> {
        let http = &self.http;
        let mut warnings = Vec::new();
        if let DatabaseUrl::Postgres(url) = &self.database.url
            && PgOptions::from_url(url).is_ok_and(|options| options.may_be_read_on_the_way())
        {
            warnings.push(
                "database.url requires no encryption to a database on another machine: whoever is \
                 on the way can read and change what is stored; add sslmode=verify-full"
                    .to_owned(),
            );
        }
        if http.tls.is_none() && !http.bind.ip().is_loopback() {
            warnings.push(format!(
                "http.bind is {} and http.tls is not set: API keys, passcodes and phone numbers \
                 arrive unencrypted; set http.tls, or let nothing but a proxy with TLS reach the port",
                http.bind
            ));
        }
        if http.public_url.is_none() && !http.bind.ip().is_loopback() {
            warnings.push(format!(
                "http.public_url is not set and http.bind is {}: proofs of verifications name that \
                 address as their issuer; write the URL at which clients reach the API",
                http.bind
            ));
        }
        for network in http.trusted_proxies.wide_networks() {
            warnings.push(format!(
                "http.trusted_proxies contains {network}: every client in it can claim any address \
                 in X-Forwarded-For, so the rate limit per address does not hold; name your proxies"
            ));
        }
        let base_url = Url::parse(&self.whatsapp.client.base_url).ok();
        if base_url.is_some_and(|url| is_open_http(&url)) {
            warnings.push(
                "whatsapp.base_url is http:// on another machine: access tokens, passcodes and \
                 phone numbers leave unencrypted; write https://"
                    .to_owned(),
            );
        }
        if self.webhooks.private_targets == PrivateTargets::Allowed {
            warnings.push(
                "webhooks.allow_private_targets is true: whoever has an API key can make this \
                 machine call hosts of your own network; set it to false if you do not know them all"
                    .to_owned(),
            );
        }
        warnings
    }
}

/// Whether the URL leads to another machine without TLS.
pub(super) fn is_open_http(url: &Url) -> bool {
    let is_elsewhere = match url.host() {
        Some(Host::Domain(name)) => name != "localhost",
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC_URL: (&str, &str) = ("http.public_url", "https://otp.example.com");

    /// Checks which keys the warnings about these values begin with.
    #[track_caller]
    fn check(values: &[(&str, &str)], expected: &[&str]) {
        let settings = Settings::with(values.iter().copied()).expect("settings");
        let warnings = settings.warnings();
        let keys: Vec<_> = warnings
            .iter()
            .filter_map(|warning| warning.split(' ').next())
            .collect();
        assert_eq!(keys, expected, "{values:?}: {warnings:?}");
    }

    #[test]
    fn the_defaults_take_no_risk() {
        check(&[], &[]);
    }

    #[test]
    fn each_risk_is_named_by_its_key() {
        for (key, risky, safe) in [
            (
                "whatsapp.base_url",
                vec!["http://graph.example.com", "http://10.0.0.7:8090/sandbox"],
                vec![
                    "https://graph.example.com",
                    "http://127.0.0.1:8090",
                    "http://localhost:8090",
                    "http://[::1]:8090",
                ],
            ),
            (
                "http.bind",
                vec!["0.0.0.0:8080", "[::]:8080", "10.0.0.7:8080"],
                vec!["127.0.0.1:8080", "[::1]:8080"],
            ),
            (
                "webhooks.allow_private_targets",
                vec!["true"],
                vec!["false"],
            ),
            (
                "http.trusted_proxies",
                vec!["0.0.0.0/0", "::/0", "10.0.0.7,128.0.0.0/1"],
                vec!["10.0.0.0/8", "fc00::/7", "192.0.2.7"],
            ),
            (
                "database.url",
                vec![
                    "postgres://otp:pw@db/otp",
                    "postgres://otp@db/otp?sslmode=disable",
                ],
                vec![
                    "postgres://otp@db/otp?sslmode=require",
                    "postgres://otp@localhost/otp",
                    "postgres://otp@%2Frun%2Fpostgresql/otp",
                ],
            ),
        ] {
            for value in risky {
                check(&[(key, value), PUBLIC_URL], &[key]);
            }
            for value in safe {
                check(&[(key, value), PUBLIC_URL], &[]);
            }
        }
    }

    #[test]
    fn an_issuer_that_no_client_reaches_is_a_risk() {
        for address in ["127.0.0.1:8080", "[::1]:8080"] {
            check(&[("http.bind", address)], &[]);
        }
        check(
            &[("http.bind", "0.0.0.0:8080")],
            &["http.bind", "http.public_url"],
        );
    }

    #[test]
    fn all_risks_are_named_without_a_password() {
        let values = [
            ("database.url", "postgres://otp:hunter2@db/otp"),
            ("http.bind", "0.0.0.0:8080"),
            ("http.trusted_proxies", "0.0.0.0/0,::/0"),
            ("whatsapp.base_url", "http://graph.example.com"),
        ];
        let expected = [
            "database.url",
            "http.bind",
            "http.public_url",
            "http.trusted_proxies",
            "http.trusted_proxies",
            "whatsapp.base_url",
        ];
        check(&values, &expected);
        let settings = Settings::with(values).expect("settings");
        assert!(!settings.warnings().concat().contains("hunter2"));
    }
}
