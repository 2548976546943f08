//! Nonce: the word by which a page names its own script, and nobody else can.

/// Returns a new nonce, of 128 random bits, as W3C's Content Security Policy asks for.
pub fn nonce() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_nonce_is_another_one() {
        let (first, second) = (nonce(), nonce());
        assert_ne!(first, second);
        assert_eq!((first.len(), second.len()), (32, 32));
    }
}
