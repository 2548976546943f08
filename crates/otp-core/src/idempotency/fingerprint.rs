//! The fingerprint of a request, which tells a repetition from another request under the same key.

use sha2::{Digest, Sha256};

/// SHA-256 of method, path and body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Returns the fingerprint of a request. `body` is in a canonical form: equal bytes mean equal requests.
    pub fn of(method: &str, path: &str, body: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        // Each part has its length before it, so no two requests have the same bytes.
        for part in [method.as_bytes(), path.as_bytes(), body] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts_and_no_part_runs_into_the_next() {
        let requests = [
            ("POST", "/v1/a", "{}"),
            ("PUT", "/v1/a", "{}"),
            ("POST", "/v1/b", "{}"),
            ("POST", "/v1/a", "{ }"),
            ("POST", "/v1/a{", "}"),
            ("POST/", "v1/a", "{}"),
            ("POST", "/v1/a", ""),
        ];
        let prints =
            requests.map(|(method, path, body)| Fingerprint::of(method, path, body.as_bytes()));
        for (i, print) in prints.iter().enumerate() {
            assert!(!prints[..i].contains(print), "{:?}", requests[i]);
        }
        assert_eq!(prints[0], Fingerprint::of("POST", "/v1/a", b"{}"));
    }
}
