//! The mail address: parsed strictly, its domain in ASCII, hidden when printed.

use std::fmt;

use email_address::{EmailAddress as Syntax, Options};

use super::domain::Domain;

/// The most characters of an address, so that it fits in a command of SMTP (RFC 5321, 4.5.3.1.3).
const MAX_LENGTH: usize = 254;

/// The most characters before the @ (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;

/// A mail address, `local@domain`. Whether somebody reads it shows only when mail is sent to it.
///
/// It has no `Display`, and `Debug` hides it: an address is personal data and must not reach a log by
/// accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    /// The local part as written, then the domain in lower-case ASCII.
    text: Box<str>,
    /// The place of the @.
    at: usize,
}

/// A text is not a mail address. The error never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmailAddress {
    /// There is no @ with text before and behind it.
    #[error("not an e-mail address such as name@example.com")]
    NotAnAddress,
    /// The local part is quoted, or has a comment, a space or a character outside of ASCII.
    #[error("the part before the @ has characters that mail servers do not accept")]
    LocalPart,
    /// The domain is not a name of two labels or more.
    #[error("the part behind the @ is not a domain such as example.com")]
    Domain,
    /// The local part has more than 64 characters, or the address more than 254.
    #[error("an e-mail address has at most 64 characters before the @, and 254 in all")]
    TooLong,
}

impl EmailAddress {
    /// Reads `local@domain` and nothing else: no name, no angle brackets, no quotes, no comment.
    ///
    /// A domain in another script is converted to ASCII (IDNA), and every domain to lower case. The
    /// local part stays as written: only its own server knows whether case matters to it.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        let (local, domain) = text
            .rsplit_once('@')
            .filter(|(local, domain)| !local.is_empty() && !domain.is_empty())
            .ok_or(InvalidEmailAddress::NotAnAddress)?;
        if local.len() > MAX_LOCAL_LENGTH {
            return Err(InvalidEmailAddress::TooLong);
        }
        if !local.is_ascii() || local.contains(['"', '(', ')']) {
            return Err(InvalidEmailAddress::LocalPart);
        }
        let domain = Domain::parse(domain).map_err(|_| InvalidEmailAddress::Domain)?;
        let text = format!("{local}@{}", domain.as_str());
        if text.len() > MAX_LENGTH {
            return Err(InvalidEmailAddress::TooLong);
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        // The domain was checked above, so what is wrong is in front of it.
        Syntax::parse_with_options(&text, options).map_err(|_| InvalidEmailAddress::LocalPart)?;
        Ok(Self {
            at: local.len(),
            text: text.into(),
        })
    }

    /// Returns the address to send to.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the part before the @, as written.
    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    /// Returns the domain, in lower-case ASCII.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Returns the form by which addresses are compared: all of it in lower case. It is not for sending.
    ///
    /// Hardly any server tells `Amal@` from `amal@`, and a person who writes both must not get past a
    /// limit or an opt-out by it.
    pub fn folded(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// Returns the address with most of its local part hidden: "a•••@example.com".
    pub fn masked(&self) -> String {
        let shown = match self.local_part() {
            local if local.len() > 2 => &local[..1],
            _ => "",
        };
        format!("{shown}•••@{}", self.domain())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Result<&str, InvalidEmailAddress>) {
        let read = EmailAddress::parse(input);
        let read = read.as_ref().map(EmailAddress::as_str).map_err(|why| *why);
        assert_eq!(read, expected, "{input:?}");
    }

    #[test]
    fn the_local_part_stays_as_written_and_the_domain_becomes_ascii() {
        for (input, read) in [
            ("a@b.co", "a@b.co"),
            (
                "First.Last+tag@Mail.Example.COM",
                "First.Last+tag@mail.example.com",
            ),
            ("o'neil@example.org", "o'neil@example.org"),
            ("amal@münchen.example", "amal@xn--mnchen-3ya.example"),
            ("amal@MÜNCHEN.example", "amal@xn--mnchen-3ya.example"),
            ("amal@مثال.إختبار", "amal@xn--mgbh0fb.xn--kgbechtv"),
            (
                "amal@xn--mgbh0fb.xn--kgbechtv",
                "amal@xn--mgbh0fb.xn--kgbechtv",
            ),
        ] {
            check(input, Ok(read));
            // A stored address reads back unchanged.
            check(read, Ok(read));
        }
    }

    #[test]
    fn an_address_that_breaks_a_header_or_cannot_be_delivered_is_refused() {
        use InvalidEmailAddress::{Domain, LocalPart, NotAnAddress, TooLong};
        for (input, why) in [
            ("", NotAnAddress),
            ("a", NotAnAddress),
            ("@b.co", NotAnAddress),
            ("a@", NotAnAddress),
            ("a@b", Domain),
            ("a@b..co", Domain),
            ("a@-b.co", Domain),
            ("a@b.co.", Domain),
            ("a@127.0.0.1", Domain),
            ("a@[127.0.0.1]", Domain),
            ("a@b.co\r\nBcc: x@y.zz", LocalPart),
            ("a@b.co\r\n", Domain),
            ("<a@b.co>", Domain),
            ("a@b.co (Amal)", Domain),
            ("Amal <a@b.co", LocalPart),
            ("a b@c.de", LocalPart),
            (".a@b.co", LocalPart),
            ("a.@b.co", LocalPart),
            ("a..b@c.de", LocalPart),
            ("\"a\"@b.co", LocalPart),
            ("\"a\\\"b\"@b.co", LocalPart),
            ("a(comment)@b.co", LocalPart),
            ("a\u{0}@b.co", LocalPart),
            ("a\r\nRCPT TO:<x@y.zz>@b.co", LocalPart),
            ("أمل@example.com", LocalPart),
            ("a,c@b.co", LocalPart),
            ("a@c@b.co", LocalPart),
        ] {
            check(input, Err(why));
        }
        let (local, domain) = ("a".repeat(65), format!("{}co", "b.".repeat(124)));
        check(&format!("{local}@b.co"), Err(TooLong));
        check(&format!("{}@{domain}", &local[..64]), Err(TooLong));
        check(&format!("a@{}", "b".repeat(100_000)), Err(Domain));
    }

    #[test]
    fn addresses_are_compared_without_case_and_shown_without_the_person() {
        let read = |text| EmailAddress::parse(text).expect("an address");
        assert_eq!(read("Amal.Q@Example.com").folded(), "amal.q@example.com");
        assert_eq!(read("amal@example.com").masked(), "a•••@example.com");
        assert_eq!(read("am@example.com").masked(), "•••@example.com");
        assert_eq!(format!("{:?}", read("amal@example.com")), "EmailAddress(…)");
    }

    proptest! {
        #[test]
        fn what_is_accepted_reads_back_and_is_one_ascii_line(input in "\\PC{0,40}|.{0,40}|[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\"(),:;<>@\\[\\]\\\\ \\r\\n-]{0,30}@[a-zäß٠.-]{1,20}\\.[a-z]{1,5}") {
            if let Ok(address) = EmailAddress::parse(&input) {
                let text = address.as_str();
                prop_assert_eq!(EmailAddress::parse(text), Ok(address.clone()));
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert!(!text.contains(['<', '>', ',', '"', '(', ')', ';', ':', '\\']));
            }
        }
    }
}
