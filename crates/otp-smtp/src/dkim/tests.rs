//! The example of the standard, and signatures that are verified with their public keys.

use ring::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};

use super::*;

const RSA: &str = include_str!("../../tests/keys/rsa.pem");
const RSA_PKCS1: &str = include_str!("../../tests/keys/rsa-pkcs1.pem");
const RSA_PUBLIC: &str = include_str!("../../tests/keys/rsa.pub");
const ED25519_KEY: &str = include_str!("../../tests/keys/ed25519.pem");
const ED25519_PUBLIC: &str = include_str!("../../tests/keys/ed25519.pub");

/// The mail of RFC 8463, appendix A.
const MAIL: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
    To: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\n\
    Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
    \r\n\
    Hi.\r\n\
    \r\n\
    We lost the game.  Are you hungry yet?\r\n\
    \r\n\
    Joe.\r\n";

const STANDARDS_FIELD: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
    d=football.example.com; i=@football.example.com;\r\n \
    q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
    subject : date : message-id : from : subject : date;\r\n \
    bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
const STANDARDS_SIGNATURE: &str = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\
    Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
const STANDARDS_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[test]
fn the_signature_of_the_standard_verifies() {
    let (head, text) = split(MAIL.as_bytes());
    let body_hash = STANDARD.encode(digest::digest(&digest::SHA256, &body(text)));
    assert_eq!(body_hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    let names = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "from",
        "subject",
        "date",
    ];
    let signed = signed_bytes(head, &names, STANDARDS_FIELD);
    let hash = digest::digest(&digest::SHA256, &signed);
    let decode = |text| STANDARD.decode(text).expect("base64");
    UnparsedPublicKey::new(&ED25519, decode(STANDARDS_KEY))
        .verify(hash.as_ref(), &decode(STANDARDS_SIGNATURE))
        .expect("the standard's signature");
}

fn signer(pem: &str) -> DkimSigner {
    let key = DkimKey::from_pem(pem).expect("a key");
    DkimSigner::new("Football.example.com", "2026a", key).expect("names")
}

/// Splits the field of a signature into the field without its value, and the value.
fn parts(field: &str) -> (&str, Vec<u8>) {
    let at = field.rfind("\tb=").expect("a value") + 3;
    let value: String = field[at..].split_whitespace().collect();
    (&field[..at], STANDARD.decode(value).expect("base64"))
}

#[test]
fn a_signed_mail_verifies_and_a_changed_one_does_not() {
    let rsa: &dyn VerificationAlgorithm = &RSA_PKCS1_2048_8192_SHA256;
    for (pem, algorithm, public) in [(RSA, rsa, RSA_PUBLIC), (RSA_PKCS1, rsa, RSA_PUBLIC)] {
        let field = signer(pem).sign(MAIL.as_bytes(), Timestamp::from_unix_millis(1_000));
        let (own, signature) = parts(&field);
        let (head, _) = split(MAIL.as_bytes());
        // The public key follows the algorithm in the DNS record.
        let public = STANDARD.decode(public).expect("base64")[24..].to_vec();
        let key = UnparsedPublicKey::new(algorithm, public);
        let signed = signed_bytes(head, SIGNED, own);
        key.verify(&signed, &signature).expect("our signature");
        let forged = String::from_utf8_lossy(&signed).replace("Suzie", "Eve");
        assert!(key.verify(forged.as_bytes(), &signature).is_err());
    }
    let field = signer(ED25519_KEY).sign(MAIL.as_bytes(), Timestamp::from_unix_millis(1_000));
    let (own, signature) = parts(&field);
    let signed = signed_bytes(split(MAIL.as_bytes()).0, SIGNED, own);
    let hash = digest::digest(&digest::SHA256, &signed);
    let public = STANDARD.decode(ED25519_PUBLIC).expect("base64");
    let key = UnparsedPublicKey::new(&ED25519, public);
    key.verify(hash.as_ref(), &signature)
        .expect("our signature");
}

#[test]
fn a_signature_does_not_cover_a_second_from() {
    let signed = |mail: &str| signed_bytes(split(mail.as_bytes()).0, SIGNED, "DKIM-Signature: b=");
    let forged = format!("From: eve@example.com\r\n{MAIL}");
    assert_ne!(signed(MAIL), signed(&forged));
    let unsigned = format!("X-Spam: no\r\n{MAIL}");
    assert_eq!(signed(MAIL), signed(&unsigned));
}

#[test]
fn the_record_agrees_with_openssl() {
    for (pem, name, public) in [
        (RSA, "rsa", RSA_PUBLIC),
        (RSA_PKCS1, "rsa", RSA_PUBLIC),
        (ED25519_KEY, "ed25519", ED25519_PUBLIC),
    ] {
        let signer = signer(pem);
        assert_eq!(signer.record(), format!("v=DKIM1; k={name}; p={public}"));
        assert_eq!(
            signer.record_name(),
            "2026a._domainkey.football.example.com"
        );
    }
}

#[test]
fn no_line_of_a_signature_has_more_than_78_characters() {
    let field = signer(RSA).sign(MAIL.as_bytes(), Timestamp::from_unix_millis(1_000));
    assert!(field.split("\r\n").all(|line| line.len() <= 78), "{field}");
    assert!(field.ends_with("\r\n") && !field.trim_end().contains("\r\n\r\n"));
}

#[test]
fn invalid_keys_and_names_are_refused() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        assert!(matches!(DkimKey::from_pem(pem), Err(InvalidDkim::Key)));
    }
    for (domain, selector) in [
        ("", "a"),
        ("a", ""),
        ("a b", "c"),
        ("a\r\nb", "c"),
        ("a", "b;"),
    ] {
        let key = DkimKey::from_pem(ED25519_KEY).expect("a key");
        let refused = DkimSigner::new(domain, selector, key);
        assert!(
            matches!(refused, Err(InvalidDkim::Name)),
            "{domain:?} {selector:?}"
        );
    }
}
