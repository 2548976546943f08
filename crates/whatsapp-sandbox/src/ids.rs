//! Random identifiers in the shapes Meta uses.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Returns a new message id.
///
/// It is `wamid.` and base64 of the recipient and eighteen hexadecimal digits, between the marker
/// bytes of a real id.
pub(crate) fn wamid(digits: &str) -> String {
    let random: [u8; 9] = rand::random();
    encode_wamid(digits, &[0x11, 0x18, 0x12], &random)
}

/// Returns the id of a message that a recipient wrote: it has other marker bytes and twenty digits.
pub(crate) fn inbound_wamid(digits: &str) -> String {
    let random: [u8; 10] = rand::random();
    encode_wamid(digits, &[0x12, 0x18, 0x14], &random)
}

/// Returns a Graph object id: sixteen digits without a leading zero.
pub(crate) fn object_id() -> String {
    rand::random_range(1_000_000_000_000_000_u64..10_000_000_000_000_000).to_string()
}

/// Returns the id by which Meta's support would find a request.
pub(crate) fn trace_id() -> String {
    let random: [u8; 16] = rand::random();
    let letters = STANDARD.encode(random);
    let letters = letters.chars().filter(char::is_ascii_alphanumeric);
    std::iter::once('A').chain(letters.take(22)).collect()
}

fn encode_wamid(digits: &str, markers: &[u8], random: &[u8]) -> String {
    let mut raw = vec![0x1c, 0x18, u8::try_from(digits.len()).unwrap_or(u8::MAX)];
    raw.extend_from_slice(digits.as_bytes());
    raw.extend_from_slice(&[0x15, 0x02, 0x00]);
    raw.extend_from_slice(markers);
    raw.extend(
        random
            .iter()
            .flat_map(|byte| format!("{byte:02X}").into_bytes()),
    );
    raw.push(0);
    format!("wamid.{}", STANDARD.encode(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_has_the_bytes_of_a_real_one() {
        let real = "HBgMOTY2NTEyMzQ1Njc4FQIAERgSNEFENjIwODRGMkZBMTYzMkRFAA==";
        let real = STANDARD.decode(real).expect("the sample is base64");
        let ours = wamid("966512345678");
        let ours = ours.strip_prefix("wamid.").expect("the prefix");
        let ours = STANDARD.decode(ours).expect("base64");
        assert_eq!(ours.len(), real.len());
        assert_eq!(ours[..21], real[..21], "all but the random digits");
        assert!(ours[21..39].iter().all(u8::is_ascii_hexdigit));
        assert_eq!(ours[39], 0);
    }

    #[test]
    fn ids_do_not_repeat() {
        assert_ne!(wamid("1"), wamid("1"));
        assert_ne!(inbound_wamid("1"), inbound_wamid("1"));
        assert_ne!(object_id(), object_id());
        assert_ne!(trace_id(), trace_id());
    }
}
