//! Encryption of the way to PostgreSQL.
//!
//! Invariants: `require` means that the certificate is valid and made out for the host; only `prefer`, the default, which
//! anybody on the way could turn off anyhow, takes whatever certificate comes (a fresh Debian server has one of its own
//! making). Public roots are compiled in, so the result does not depend on the machine.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Trouble;
use crate::error::{Error, Result};

/// What the URL said about certificates and the driver does not know.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    root: Option<String>,
}

/// Takes `sslrootcert` out of a URL and turns `verify-ca` and `verify-full` into `require`, which verifies here.
pub(super) fn take_settings(url: &str) -> (String, Wanted) {
    let mut wanted = Wanted::default();
    let Some((base, query)) = url.split_once('?') else { return (url.to_owned(), wanted) };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslrootcert", path)) => wanted.root = Some(path.replace("%2F", "/").replace("%2f", "/")),
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            _ => kept.push(pair),
        }
    }
    (if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }, wanted)
}

#[derive(Clone)]
pub(super) enum Tls {
    Off,
    On(MakeRustlsConnect),
}

impl Tls {
    pub(super) fn new(config: &mut Config, wanted: &Wanted) -> Result<Tls> {
        if config.get_ssl_mode() == SslMode::Disable {
            return Ok(Tls::Off);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Fault(format!("encryption: {error}")))?;
        let verified = config.get_ssl_mode() != SslMode::Prefer || wanted.root.is_some();
        let client = if verified {
            builder.with_root_certificates(roots(wanted)?).with_no_client_auth()
        } else {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))).with_no_client_auth()
        };
        Ok(Tls::On(MakeRustlsConnect::new(client)))
    }

    /// Connects, and answers the client with the task that carries it.
    pub(super) async fn connect(&self, config: &Config) -> Result<(Client, impl Future<Output = ()> + Send + use<>), Trouble> {
        type Carrier = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
        let (client, carrier): (Client, Carrier) = match self {
            Tls::Off => {
                let (client, connection) = config.connect(NoTls).await?;
                (client, Box::pin(carry(connection)))
            }
            Tls::On(tls) => {
                let (client, connection) = config.connect(tls.clone()).await?;
                (client, Box::pin(carry(connection)))
            }
        };
        Ok((client, carrier))
    }
}

/// The next statement on a broken connection tells its user; here it is only noted.
async fn carry(connection: impl Future<Output = std::result::Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!("a connection to the database ended: {}", super::sentence(&error));
    }
}

fn roots(wanted: &Wanted) -> Result<RootCertStore> {
    let Some(path) = &wanted.root else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let fault = |error: &dyn std::fmt::Display| Error::Fault(format!("sslrootcert {path}: {error}"));
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(Path::new(path)).map_err(|error| fault(&error))? {
        store.add(certificate.map_err(|error| fault(&error))?).map_err(|error| fault(&error))?;
    }
    Ok(store)
}

/// Takes any certificate, but still checks that the server has its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_the_driver_does_not_know_are_taken_out() {
        let (url, wanted) = take_settings("postgres://a@db.example/x?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&options=-c");
        assert_eq!(url, "postgres://a@db.example/x?sslmode=require&options=-c");
        assert_eq!(wanted, Wanted { root: Some("/etc/ca.pem".to_owned()) });
        assert_eq!(take_settings("postgres://a@db.example/x?sslrootcert=ca.pem").0, "postgres://a@db.example/x");
    }
}
