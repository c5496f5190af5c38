//! The certificates PayPal signs its messages with.
//!
//! Invariants: a certificate is fetched only from PayPal's own addresses, over a line that is itself checked; then its chain
//! must end at a root that browsers trust, at the time the message arrived, and it must be made out to PayPal's message
//! verification. Nothing is fetched for an address that stands elsewhere. Limits: [`MOST_KEPT`] certificates are kept in
//! memory. Where tests put a fake in PayPal's place, whoever answers there is PayPal in everything, also in this.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use books::calendar::Instant;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

use crate::http::{Http, Request, Wire};

/// PayPal's certificates are made out to one of these.
const NAMES: [&str; 2] = ["messageverificationcerts.paypal.com", "messageverificationcerts.sandbox.paypal.com"];
/// Where PayPal's certificates are fetched.
const HOSTS: [&str; 4] = ["api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"];
const MOST_KEPT: usize = 16;

static KEPT: LazyLock<Mutex<HashMap<String, Vec<u8>>>> = LazyLock::new(Mutex::default);

/// Whether `signature` over `signed` was made with the certificate at `url`, which must be PayPal's.
pub async fn signed_by(wire: &Wire, instead: Option<&str>, url: &str, signed: &[u8], signature: &[u8], now: Instant) -> bool {
    let Some((base, path)) = place(url, instead) else { return false };
    let Some(pem) = fetched(wire, &base, &path, url).await else { return false };
    let chain = chain_in(&pem);
    let trusted = instead.is_some() || is_paypals(&chain, webpki_roots::TLS_SERVER_ROOTS, now);
    trusted && signs(&chain, signed, signature)
}

/// The host's address and the path of a certificate that may be fetched.
fn place(url: &str, instead: Option<&str>) -> Option<(String, String)> {
    let base = match instead {
        Some(base) => base.trim_end_matches('/').to_owned(),
        None => HOSTS.iter().map(|host| format!("https://{host}")).find(|base| url.starts_with(&format!("{base}/")))?,
    };
    let path = url.strip_prefix(&base)?;
    let plain = path.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"/-_.".contains(&letter)) && !path.contains("..");
    (path.starts_with('/') && plain).then(|| (base, path.to_owned()))
}

async fn fetched(wire: &Wire, base: &str, path: &str, url: &str) -> Option<Vec<u8>> {
    if let Some(pem) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(url) {
        return Some(pem.clone());
    }
    let answer = Http::new(wire, super::NAME, base, None).send(Request::get(path)).await.ok()?;
    if !answer.is_success() || chain_in(&answer.body).is_empty() {
        return None;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(url.to_owned(), answer.body.to_vec());
    Some(answer.body.to_vec())
}

/// The certificates in a PEM text, the signer's first.
fn chain_in(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().unwrap_or_default()
}

/// Whether the chain ends at one of the roots now, and begins with a certificate for PayPal's messages.
fn is_paypals(chain: &[CertificateDer<'_>], roots: &[TrustAnchor<'_>], now: Instant) -> bool {
    let Some((signer, others)) = chain.split_first() else { return false };
    let Ok(signer) = EndEntityCert::try_from(signer) else { return false };
    let seconds = u64::try_from(now.0.div_euclid(1_000_000)).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let named = NAMES.iter().filter_map(|name| ServerName::try_from(*name).ok());
    let made_out = named.into_iter().any(|name| signer.verify_is_valid_for_subject_name(&name).is_ok());
    let usage = KeyUsage::server_auth();
    made_out && signer.verify_for_usage(ALL_VERIFICATION_ALGS, roots, others, time, usage, None, None).is_ok()
}

/// Whether the key of the first certificate made this signature (RSA with SHA-256).
fn signs(chain: &[CertificateDer<'_>], signed: &[u8], signature: &[u8]) -> bool {
    let Some(Ok(signer)) = chain.first().map(EndEntityCert::try_from) else { return false };
    signer.verify_signature(webpki::ring::RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const VECTOR: &str = include_str!("../../tests/specs/paypal/webhook-vector-2015-sandbox.json");
    const AUTHORITY: &[u8] = include_bytes!("../../tests/fixtures/paypal/authority.pem");
    const OTHER_AUTHORITY: &[u8] = include_bytes!("../../tests/fixtures/paypal/other-authority.pem");
    const SIGNER: &[u8] = include_bytes!("../../tests/fixtures/paypal/signer.pem");
    const STRANGER: &[u8] = include_bytes!("../../tests/fixtures/paypal/stranger.pem");

    fn at(text: &str) -> Instant {
        Instant::from_rfc3339(text).expect("a time")
    }

    #[test]
    fn a_real_delivery_is_signed_by_its_certificate() {
        let vector: serde_json::Value = serde_json::from_str(VECTOR).expect("JSON");
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let chain = chain_in(text(&vector["cert_pem"]).as_bytes());
        let signed = text(&vector["signed_message"]);
        let signature = STANDARD.decode(text(&vector["headers"]["PAYPAL-TRANSMISSION-SIG"])).expect("base64");
        assert!(signs(&chain, signed.as_bytes(), &signature));
        for at in 0..signed.len() {
            let mut flipped = signed.clone().into_bytes();
            flipped[at] ^= 1;
            assert!(!signs(&chain, &flipped, &signature), "byte {at} was changed");
        }
        let body = text(&vector["raw_body"]);
        assert_eq!(vector["crc32_decimal"].as_u64(), Some(u64::from(super::super::events::crc32(body.as_bytes()))));
    }

    #[test]
    fn only_a_living_certificate_of_paypals_counts() {
        let roots = |pem| vec![webpki::anchor_from_trusted_cert(&chain_in(pem)[0]).expect("an authority").to_owned()];
        let (signer, now) = (chain_in(SIGNER), at("2040-06-01T00:00:00Z"));
        assert!(is_paypals(&signer, &roots(AUTHORITY), now));
        assert!(!is_paypals(&signer, &roots(OTHER_AUTHORITY), now), "another authority");
        assert!(!is_paypals(&signer, &roots(AUTHORITY), at("2090-01-01T00:00:00Z")), "it has run out");
        assert!(!is_paypals(&chain_in(STRANGER), &roots(AUTHORITY), now), "made out to somebody else");
        assert!(!is_paypals(&[], &roots(AUTHORITY), now));
    }

    #[test]
    fn certificates_are_fetched_from_paypal_alone() {
        let good = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
        assert!(place(good, None).is_some());
        for bad in [
            "http://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com@evil.example/CERT-1",
            "https://evil.example/https://api.paypal.com/CERT-1",
            "https://api.paypal.com/../CERT-1",
            "https://api.paypal.com/v1/redirect?to=https://evil.example",
            "https://api.paypal.com",
            "",
        ] {
            assert_eq!(place(bad, None), None, "{bad}");
        }
        assert_eq!(place(good, Some("http://127.0.0.1:9")), None, "a fake keeps its own certificates");
    }
}
