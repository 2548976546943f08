//! The domain of a mail address, or of a site: its ASCII form.

use std::net::Ipv4Addr;

/// The most bytes of a domain before its conversion. No domain in any script has as many.
const MAX_INPUT: usize = 1_024;

/// A domain of two labels or more, in lower-case ASCII (IDNA).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Domain(Box<str>);

/// The text is not a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain such as example.com")]
pub struct InvalidDomain;

impl Domain {
    /// Reads a domain in any script and case; its ASCII form has at most 253 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        if text.len() > MAX_INPUT {
            return Err(InvalidDomain);
        }
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| InvalidDomain)?;
        if !ascii.contains('.') || ascii.parse::<Ipv4Addr>().is_ok() {
            return Err(InvalidDomain);
        }
        Ok(Self(ascii.into()))
    }

    /// Returns the domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_read_in_any_script() {
        for (text, expected) in [
            ("Example.com", Some("example.com")),
            ("كود.example", Some("xn--ugb3bp.example")),
            ("a.b.c.example", Some("a.b.c.example")),
            ("localhost", None),
            ("example.com.", None),
            ("example.com/", None),
            ("exa mple.com", None),
            ("https://example.com", None),
            ("10.0.0.1", None),
            ("", None),
        ] {
            let domain = Domain::parse(text);
            assert_eq!(domain.as_ref().ok().map(Domain::as_str), expected, "{text}");
        }
    }
}
