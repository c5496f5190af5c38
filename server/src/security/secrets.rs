//! Making and comparing secrets: session tokens, keys, one-time links.
//!
//! Invariants: 256 bits from the operating system; only a digest is stored; a comparison takes the same time wherever
//! two texts differ. Left out: passwords (engine) and the key file that seals what is stored (engine).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Bytes of a token before it is written as text.
pub const TOKEN_BYTES: usize = 32;

/// A secret that cannot be guessed: `prefix` and 43 letters of base64url. Fails only when the system has no randomness.
pub fn new_token(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What is stored of a token. A token has 256 bits of its own, so one plain hash is enough.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether two byte strings are the same, in a time that depends on their lengths alone.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let different = left.iter().zip(right).fold(0_u8, |so_far, (a, b)| std::hint::black_box(so_far | (a ^ b)));
    std::hint::black_box(different) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_plain_and_new_each_time() {
        let (first, second) = (new_token("owed_").expect("randomness"), new_token("owed_").expect("randomness"));
        assert_ne!(first, second);
        assert_eq!(first.len(), 5 + 43);
        assert!(first.starts_with("owed_") && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn digests_are_sha256() {
        assert_eq!(hex::encode(digest("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn comparison_is_exact() {
        assert!(constant_time_eq(b"", b"") && constant_time_eq(b"same", b"same"));
        for (left, right) in [("a", "b"), ("same", "samf"), ("xame", "same"), ("a", ""), ("a", "aa")] {
            assert!(!constant_time_eq(left.as_bytes(), right.as_bytes()), "{left} {right}");
        }
    }
}
