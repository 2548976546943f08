//! Identifiers in the shapes Meta uses, drawn from one seeded generator.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Draws message ids, template ids and trace ids.
#[derive(Debug)]
pub(crate) struct Ids {
    rng: StdRng,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// A message id: `wamid.` and base64 of the recipient and eighteen random hexadecimal digits
    /// between the same marker bytes that real ones decode to.
    pub(crate) fn wamid(&mut self, digits: &str) -> String {
        let random: [u8; 9] = self.rng.random();
        wamid(digits, &[0x11, 0x18, 0x12], &random)
    }

    /// The id of a message that a recipient wrote: other marker bytes, twenty digits.
    pub(crate) fn inbound_wamid(&mut self, digits: &str) -> String {
        let random: [u8; 10] = self.rng.random();
        wamid(digits, &[0x12, 0x18, 0x14], &random)
    }

    /// A Graph object id: sixteen digits, the first not a zero.
    pub(crate) fn object(&mut self) -> String {
        self.rng
            .random_range(1_000_000_000_000_000_u64..10_000_000_000_000_000)
            .to_string()
    }

    /// The id by which Meta's support would find the request.
    pub(crate) fn trace(&mut self) -> String {
        let random: [u8; 16] = self.rng.random();
        let mut id = String::from("A");
        id.extend(
            STANDARD
                .encode(random)
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(22),
        );
        id
    }
}

fn wamid(digits: &str, markers: &[u8], random: &[u8]) -> String {
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
        let ours = Ids::new(1).wamid("966512345678");
        let ours = ours.strip_prefix("wamid.").expect("the prefix");
        let ours = STANDARD.decode(ours).expect("base64");
        assert_eq!(ours.len(), real.len());
        assert_eq!(ours[..21], real[..21], "all but the random digits");
        assert!(ours[21..39].iter().all(u8::is_ascii_hexdigit));
        assert_eq!(ours[39], 0);
    }

    #[test]
    fn one_seed_draws_one_sequence() {
        assert_eq!(Ids::new(7).wamid("1"), Ids::new(7).wamid("1"));
        assert_ne!(Ids::new(7).wamid("1"), Ids::new(8).wamid("1"));
    }
}
