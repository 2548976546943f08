//! DKIM: signs a mail as it leaves (RFC 6376; Ed25519 by RFC 8463).
//!
//! Header and body are canonicalised in the relaxed form. Servers on the way fold headers and trim lines,
//! which breaks a signature over the simple form.

mod canonical;
mod key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use otp_core::time::Timestamp;
use ring::digest;

use canonical::{body, fields, header};
pub use key::DkimKey;

/// The signed header fields. A name that appears here once more than in the mail prevents that a server
/// adds such a field: mail readers may show the first `From` or the last, and both must be the same.
const SIGNED: &[&str] = &[
    "from",
    "from",
    "to",
    "to",
    "subject",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
];

/// Signs mail of one domain.
#[derive(Debug)]
pub struct DkimSigner {
    domain: String,
    selector: String,
    key: DkimKey,
}

/// The signature could not be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDkim {
    /// The domain or the selector is not a name.
    #[error("write names such as example.com, of letters, digits and hyphens")]
    Name,
    /// The private key cannot be read.
    #[error(
        "an RSA key of at least 2048 bits or an Ed25519 key is needed, in PEM \
         (`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`)"
    )]
    Key,
}

impl DkimSigner {
    /// A signer for `domain`, whose public key is published at `selector`.
    pub fn new(domain: &str, selector: &str, key: DkimKey) -> Result<Self, InvalidDkim> {
        if !(Self::is_name(domain) && Self::is_name(selector)) {
            return Err(InvalidDkim::Name);
        }
        Ok(Self {
            domain: domain.to_ascii_lowercase(),
            selector: selector.to_owned(),
            key,
        })
    }

    /// Returns the signing domain.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Returns the DNS name of the public key.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// Returns whether the text is a DNS name of one or more labels, as domains and selectors are.
    pub fn is_name(text: &str) -> bool {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        text.len() <= 253 && text.split('.').all(is_label)
    }

    /// Returns the TXT record to publish at that name.
    pub fn record(&self) -> String {
        let public_key = STANDARD.encode(self.key.public_key());
        format!("v=DKIM1; k={}; p={public_key}", self.key.name())
    }

    /// Returns the `DKIM-Signature` field to put before the mail, with its line end.
    pub(crate) fn sign(&self, mail: &[u8], at: Timestamp) -> String {
        let (head, text) = split(mail);
        let body_hash = STANDARD.encode(digest::digest(&digest::SHA256, &body(text)));
        let named: Vec<_> = SIGNED.chunks(4).map(|names| names.join(":")).collect();
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}-sha256; c=relaxed/relaxed; d={};\r\n\ts={}; t={}; \
             h={};\r\n\tbh={body_hash};\r\n\tb=",
            self.key.name(),
            self.domain,
            self.selector,
            at.unix_millis() / 1_000,
            named.join(":\r\n\t"),
        );
        let signed = signed_bytes(head, SIGNED, &unsigned);
        let signature = STANDARD.encode(self.key.sign(&signed));
        format!("{unsigned}{}\r\n", folded(&signature))
    }
}

/// Returns the bytes that a signature covers: the named fields, the last of several first, and the
/// signature's own field without its value.
fn signed_bytes(head: &[u8], names: &[&str], own: &str) -> Vec<u8> {
    let mut remaining: Vec<_> = fields(head).map(header).collect();
    let mut signed = Vec::new();
    for name in names {
        let is_named = |field: &Vec<u8>| {
            field
                .strip_prefix(name.as_bytes())
                .is_some_and(|rest| rest.starts_with(b":"))
        };
        if let Some(position) = remaining.iter().rposition(is_named) {
            signed.extend(remaining.remove(position));
            signed.extend(b"\r\n");
        }
    }
    signed.extend(header(own.as_bytes()));
    signed
}

/// Splits a mail into header and body; the header keeps its last line end.
fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    let end = mail.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    end.map_or((mail, &[]), |end| (&mail[..end + 2], &mail[end + 4..]))
}

/// Folds base64 into lines of at most 78 characters (RFC 5322, section 2.1.1).
fn folded(text: &str) -> String {
    let lines = text.as_bytes().chunks(72).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\r\n\t")
}

#[cfg(test)]
mod tests;
