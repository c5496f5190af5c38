//! The installation's key file and what is derived from it: link tokens, session digests, Sandbox's webhook secret, and the
//! seal over processors' keys.
//!
//! Invariant: the database alone is never enough to open a payer's link, to forge a session or to read a processor's key; the
//! key file stands beside it, readable by its owner only. What was sealed for one place opens in no other. Nodes that share a database share the key file. Left out: rotation of the file itself.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};

use books::ids::{ConnectionId, LinkId, PortalEntryId};

use crate::error::{Error, Result};

/// What a sealed text begins with, so that another seal can follow.
const SEALED: &str = "s1.";

/// The 32 bytes of the key file. They cannot be printed.
#[derive(Clone)]
pub struct Keys {
    root: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Reads the key file, or makes one (owner may read, nobody else) when there is none yet.
    /// Two processes that start at once end up with the same file: the first to create it wins.
    pub fn open(path: &Path) -> Result<Keys> {
        match std::fs::read(path) {
            Ok(bytes) => return Keys::from_bytes(&bytes, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::Fault(format!("cannot read the key file {}: {error}", path.display()))),
        }
        let mut fresh = [0_u8; 32];
        getrandom::fill(&mut fresh).map_err(|error| Error::Fault(format!("no randomness from the system: {error}")))?;
        match create_private(path) {
            Ok(mut file) => {
                let written = file.write_all(hex::encode(fresh).as_bytes()).and_then(|()| file.sync_all());
                written.map_err(|error| Error::Fault(format!("cannot write the key file {}: {error}", path.display())))?;
                Ok(Keys { root: fresh })
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let bytes = std::fs::read(path)
                    .map_err(|error| Error::Fault(format!("cannot read the key file {}: {error}", path.display())))?;
                Keys::from_bytes(&bytes, path)
            }
            Err(error) => Err(Error::Fault(format!("cannot create the key file {}: {error}", path.display()))),
        }
    }

    fn from_bytes(bytes: &[u8], path: &Path) -> Result<Keys> {
        let text = std::str::from_utf8(bytes).unwrap_or("").trim();
        let mut root = [0_u8; 32];
        hex::decode_to_slice(text, &mut root)
            .map_err(|_| Error::Fault(format!("the key file {} does not hold 64 hexadecimal digits", path.display())))?;
        Ok(Keys { root })
    }

    fn derive(&self, purpose: &str, about: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256>>::new_from_slice(&self.root).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(about);
        mac.finalize().into_bytes().into()
    }

    /// The token of a payer's link: its purpose and 43 letters that only this key file can make from the link's id.
    pub fn link_token(&self, purpose: &str, link: LinkId) -> String {
        let secret = self.derive(&format!("link:{purpose}"), link.0.as_bytes());
        format!("{}_{}", prefix_of(purpose), URL_SAFE_NO_PAD.encode(secret))
    }

    /// The token of a mailed way into the customer portal.
    pub fn portal_token(&self, id: PortalEntryId) -> String {
        format!("por_{}", URL_SAFE_NO_PAD.encode(self.derive("portal", id.0.as_bytes())))
    }

    /// Seals a text for one place, such as `connection prc_…`. Sealing it twice gives two texts.
    /// ChaCha20-Poly1305 under a key of its own, with a random nonce and the place as associated data.
    pub fn seal(&self, place: &str, text: &str) -> Result<String> {
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| Error::Fault(format!("no randomness from the system: {error}")))?;
        let mut bytes = text.as_bytes().to_vec();
        let place = Aad::from(place.as_bytes());
        self.sealer()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place, &mut bytes)
            .map_err(|_| Error::Fault("a secret could not be sealed".to_owned()))?;
        Ok(format!("{SEALED}{}", URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat())))
    }

    /// Opens what was sealed for this place. Refuses what was sealed elsewhere, under another key file, or changed since.
    pub fn unseal(&self, place: &str, sealed: &str) -> Result<String> {
        let bad = || Error::Fault(format!("the secrets of {place} cannot be opened: the key file is another one"));
        let bytes = sealed.strip_prefix(SEALED).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(bad)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(bad)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| bad())?;
        let mut sealed = sealed.to_vec();
        let opened = self.sealer().open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed).map_err(|_| bad())?;
        String::from_utf8(opened.to_vec()).map_err(|_| bad())
    }

    fn sealer(&self) -> LessSafeKey {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.derive("seal", b"")).expect("the key has the length of the cipher's");
        LessSafeKey::new(key)
    }

    /// A secret of Sandbox for one connection: `hook` signs its webhooks, `page` marks the addresses of its pages.
    pub fn sandbox_secret(&self, purpose: &str, connection: ConnectionId) -> String {
        format!("sbx_{}", hex::encode(self.derive(&format!("sandbox:{purpose}"), connection.0.as_bytes())))
    }
}

fn prefix_of(purpose: &str) -> &'static str {
    match purpose {
        "balance" => "bal",
        "request" => "req",
        "receipt" => "rcp",
        "account" => "acc",
        "selection" => "sel",
        "statement" => "stm",
        _ => "lnk",
    }
}

/// What the database keeps of a token: its SHA-256. Tokens carry 256 bits, so no salt or stretching is needed.
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A new token of 256 bits, base64url, for sessions and API keys.
pub fn new_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Fault(format!("no randomness from the system: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_only_in_its_place_under_its_key_and_unchanged() {
        let (keys, other) = (Keys { root: [1; 32] }, Keys { root: [2; 32] });
        let sealed = keys.seal("connection prc_1", "sk_test_1").expect("sealed");
        assert!(!sealed.contains("sk_test"));
        assert_ne!(keys.seal("connection prc_1", "sk_test_1").expect("sealed"), sealed);
        assert_eq!(keys.unseal("connection prc_1", &sealed).expect("its place"), "sk_test_1");
        assert!(keys.unseal("connection prc_2", &sealed).is_err() && other.unseal("connection prc_1", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("letters");
            assert!(keys.unseal("connection prc_1", &changed).is_err(), "letter {at}");
        }
        for bad in ["", "s1.", "s1.AAAA", "sk_test_1"] {
            assert!(keys.unseal("connection prc_1", bad).is_err(), "{bad:?}");
        }
    }
}
