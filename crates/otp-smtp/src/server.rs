//! Mail server: its address, encryption and credentials.

use url::{Host, Url};

/// A mail server. `Debug` hides user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// TLS from the first byte on: `smtps://`.
    Implicit,
    /// TLS by STARTTLS, which the server must support: `smtp://`.
    StartTls,
    /// No encryption, on the loopback only: `smtp://…?tls=none`.
    None,
}

/// The text is not the URL of a mail server. It is not quoted: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// It is not a URL, or has another scheme.
    #[error(
        "write smtps://user:password@mail.example.com or smtp://… (STARTTLS is required there)"
    )]
    Shape,
    /// It has another query than `tls=required` or `tls=none`.
    #[error("the only parameter is tls, and it is required or none")]
    Parameter,
    /// Mail would leave the machine unencrypted.
    #[error("tls=none is for a mail server on this machine (127.0.0.1, ::1 or localhost)")]
    Plaintext,
}

impl SmtpServer {
    /// Reads `smtps://user:password@host:465` (TLS from the start), `smtp://user:password@host:587`
    /// (STARTTLS, required) or `smtp://127.0.0.1:25?tls=none`. Special characters of a user or password
    /// are percent-encoded.
    pub fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let url = Url::parse(text).map_err(|_| InvalidSmtpUrl::Shape)?;
        // `Url` parses the host only for the schemes of the web; for others it may be anything.
        let host = url.host_str().ok_or(InvalidSmtpUrl::Shape)?;
        let host = Host::parse(host).map_err(|_| InvalidSmtpUrl::Shape)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(InvalidSmtpUrl::Shape);
        }
        let encryption = match (url.scheme(), url.query()) {
            ("smtps", None | Some("tls=required")) => Encryption::Implicit,
            ("smtp", None | Some("tls=required")) => Encryption::StartTls,
            ("smtp", Some("tls=none")) if is_loopback(&host) => Encryption::None,
            ("smtp", Some("tls=none")) => return Err(InvalidSmtpUrl::Plaintext),
            ("smtp" | "smtps", Some(_)) => return Err(InvalidSmtpUrl::Parameter),
            _ => return Err(InvalidSmtpUrl::Shape),
        };
        let port = url.port().unwrap_or(match encryption {
            Encryption::Implicit => 465,
            Encryption::StartTls => 587,
            Encryption::None => 25,
        });
        let credentials = match (decoded(url.username())?, url.password()) {
            (user, Some(password)) if !user.is_empty() => Some((user, decoded(password)?)),
            (user, None) if user.is_empty() => None,
            (_, Some(_) | None) => return Err(InvalidSmtpUrl::Shape),
        };
        let host = match host {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Ok(Self {
            host,
            port,
            encryption,
            credentials,
        })
    }

    /// Returns the name or address of the host.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns how connections are encrypted.
    pub(crate) fn encryption(&self) -> Encryption {
        self.encryption
    }

    /// Returns user and password, if the server wants them.
    pub(crate) fn credentials(&self) -> Option<&(String, String)> {
        self.credentials.as_ref()
    }
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Decodes percent-encoded text. A control character in it could add a command to the SMTP dialogue.
fn decoded(text: &str) -> Result<String, InvalidSmtpUrl> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| InvalidSmtpUrl::Shape)?;
    if decoded.chars().any(char::is_control) {
        return Err(InvalidSmtpUrl::Shape);
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let server = SmtpServer::parse(url).map(|server| {
            let SmtpServer {
                host,
                port,
                encryption,
                credentials,
            } = server;
            format!("{host} {port} {encryption:?} {credentials:?}")
        });
        assert_eq!(server.as_deref(), Ok(expected), "{url}");
    }

    #[test]
    fn a_url_selects_address_encryption_and_credentials() {
        check(
            "smtps://mail.example.com",
            "mail.example.com 465 Implicit None",
        );
        check(
            "smtp://mail.example.com",
            "mail.example.com 587 StartTls None",
        );
        check(
            "smtp://MAIL.example.com:25?tls=required",
            "mail.example.com 25 StartTls None",
        );
        check(
            "smtps://otp%40example.com:p%2Fw%3A@mail.example.com:4650",
            r#"mail.example.com 4650 Implicit Some(("otp@example.com", "p/w:"))"#,
        );
        check("smtp://127.0.0.1?tls=none", "127.0.0.1 25 None None");
        check("smtp://localhost:1025?tls=none", "localhost 1025 None None");
        check("smtp://[::1]:2525?tls=none", "::1 2525 None None");
    }

    #[test]
    fn unencrypted_mail_and_other_urls_are_refused() {
        for (url, expected) in [
            ("", InvalidSmtpUrl::Shape),
            ("mail.example.com", InvalidSmtpUrl::Shape),
            ("https://mail.example.com", InvalidSmtpUrl::Shape),
            ("smtp://", InvalidSmtpUrl::Shape),
            ("smtp://user@mail.example.com", InvalidSmtpUrl::Shape),
            ("smtp://mail.example.com/inbox", InvalidSmtpUrl::Shape),
            (
                "smtps://u:p%0d%0aRSET@mail.example.com",
                InvalidSmtpUrl::Shape,
            ),
            (
                "smtp://mail.example.com?tls=opportunistic",
                InvalidSmtpUrl::Parameter,
            ),
            ("smtps://127.0.0.1?tls=none", InvalidSmtpUrl::Parameter),
            (
                "smtp://mail.example.com?tls=none",
                InvalidSmtpUrl::Plaintext,
            ),
            ("smtp://10.0.0.1?tls=none", InvalidSmtpUrl::Plaintext),
            (
                "smtp://127.0.0.1.example.com?tls=none",
                InvalidSmtpUrl::Plaintext,
            ),
        ] {
            assert_eq!(SmtpServer::parse(url), Err(expected), "{url}");
        }
    }

    #[test]
    fn debug_hides_user_and_password() {
        let server = SmtpServer::parse("smtps://amal:secret@mail.example.com").expect("a URL");
        let shown = format!("{server:?}");
        assert!(
            !shown.contains("amal") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
