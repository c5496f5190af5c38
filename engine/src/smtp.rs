//! The way to a mail server: how it is encrypted, lines that are used again, and what became of a try, in plain words.
//!
//! Invariants: a password goes over an encrypted line, or to this computer itself; whoever demands encryption sends nothing
//! without it, and a certificate that is not valid ends the talk before a word of the mail. A line is used again only after
//! a whole talk on it has ended well, so that no answer is ever taken for that to another mail. Limits: [`PATIENCE`] a mail, and
//! [`AT_ONCE`] mails, which their lane keeps to (`jobs.rs`). Left out: what is written on the envelope (`jobs/send_mail.rs`).

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use percent_encoding::percent_decode_str;
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::time::timeout;
use url::{Host, Url};

use crate::error::{Error, Result};

/// At most so many mails are handed over at a time, each on a line of its own, which is what careful servers take from one client.
pub(crate) const AT_ONCE: usize = 8;
/// A line that nothing was said on for so long is closed; servers that hang up by themselves mostly wait longer.
const IDLE: Duration = Duration::from_secs(45);
/// How long a mail may take. Shorter than the lease of its job, so that no other node begins
/// with it meanwhile.
const PATIENCE: Duration = Duration::from_secs(100);
const CONNECT: Duration = Duration::from_secs(30);
/// How long a line that was used before may take to say that it still stands.
const KNOCK: Duration = Duration::from_secs(5);
const SHAPE: &str = "write smtps://user:password@host:465 or smtp://user:password@host:587?tls=required";

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Taken for its first address; else a sentence names the copies that the server refused.
    Sent(Option<String>),
    /// Worth trying again: the server was away, busy, not trusted, or asked to come back.
    Later(String),
    /// The server refused for good, or the mail cannot be addressed.
    Refused(String),
}

/// How the line is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    None,
    IfOffered,
    /// STARTTLS, or nothing is sent.
    Demanded,
    FromTheStart,
}

/// Which server, and how it is spoken to.
#[derive(Clone)]
pub struct MailServer {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: TlsParameters,
    name: ClientId,
    credentials: Option<Credentials>,
    patience: Duration,
}

impl MailServer {
    /// From `smtps://user:password@host:465`, or `smtp://…` with `?tls=` `required`, `opportunistic` or `none`. Without a
    /// word, encryption is demanded where a password would otherwise travel in the open. The name after the host is the one
    /// that we greet with. `authorities` are certificates in PEM that are trusted beside the public ones.
    pub fn new(url: &str, authorities: Option<&[u8]>) -> Result<MailServer> {
        let wrong = |why: &str| Error::Fault(format!("OWED_SMTP_URL: {why}"));
        let url = Url::parse(url).map_err(|error| wrong(&format!("{error}: {SHAPE}")))?;
        let host = url.host().ok_or_else(|| wrong(SHAPE))?;
        let wanted = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let exposed = url.password().is_some() && !is_here(&host);
        let (encryption, usual) = match (url.scheme(), wanted.as_deref()) {
            ("smtps", _) => (Encryption::FromTheStart, 465),
            ("smtp", Some("required")) => (Encryption::Demanded, 587),
            ("smtp", Some("opportunistic")) => (Encryption::IfOffered, 587),
            ("smtp", Some("none")) => (Encryption::None, 25),
            ("smtp", None) if exposed => (Encryption::Demanded, 587),
            ("smtp", None) => (Encryption::None, 25),
            _ => return Err(wrong(SHAPE)),
        };
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        let name = url.path().trim_matches('/');
        Ok(MailServer {
            tls: tls(&host, authorities)?,
            port: url.port().unwrap_or(usual),
            encryption,
            name: if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) },
            credentials: url.password().map(|password| Credentials::new(decoded(url.username()), decoded(password))),
            host,
            patience: PATIENCE,
        })
    }

    /// The same server with less time for a mail.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> MailServer {
        MailServer { patience, ..self }
    }

    /// Opens a line, is greeted, and closes it again: nothing is sent. Answers what is wrong, in a sentence.
    pub async fn greet(&self) -> std::result::Result<(), String> {
        let mut line = self.open().await?;
        line.abort().await;
        Ok(())
    }

    async fn open(&self) -> std::result::Result<AsyncSmtpConnection, String> {
        let tls = (self.encryption == Encryption::FromTheStart).then(|| self.tls.clone());
        let address = (self.host.as_str(), self.port);
        let mut line = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &self.name, tls, None)
            .await
            .map_err(|error| self.in_words(&error))?;
        match self.encryption {
            Encryption::Demanded if !line.can_starttls() => {
                line.abort().await;
                return Err(format!("The mail server {} offers no encryption (STARTTLS). Nothing was sent.", self.host));
            }
            Encryption::Demanded | Encryption::IfOffered if line.can_starttls() => {
                line.starttls(self.tls.clone(), &self.name).await.map_err(|error| self.in_words(&error))?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            line.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await.map_err(|error| match error.status() {
                Some(_) => format!("The mail server {} did not take the name and password: {}", self.host, said(&error)),
                None => self.in_words(&error),
            })?;
        }
        Ok(line)
    }

    /// Why a talk failed, as the outbox shows it.
    fn in_words(&self, error: &SmtpError) -> String {
        let host = &self.host;
        match broken_certificate(error) {
            Some(rustls::Error::InvalidCertificate(why)) => {
                format!("The mail server {host} is not trusted: {}. Nothing was sent.", certificate(why))
            }
            Some(other) => format!("No encrypted line to the mail server {host}: {other}. Nothing was sent."),
            None if error.status().is_some() => format!("The mail server {host} answered {}", said(error)),
            None => format!("The line to the mail server {host} broke: {}", said(error)),
        }
    }
}

/// Whether a host is this computer.
fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Who is trusted: the public authorities, which are compiled in, and those that were named.
fn tls(host: &str, authorities: Option<&[u8]>) -> Result<TlsParameters> {
    let wrong = |why: &dyn std::fmt::Display| Error::Fault(format!("OWED_SMTP_CA: {why}"));
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authorities {
        let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|error| wrong(&error))?;
        if found.is_empty() {
            return Err(wrong(&"the file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"));
        }
        for one in found {
            parameters = parameters.add_root_certificate(Certificate::from_der(one.to_vec()).map_err(|error| wrong(&error))?);
        }
    }
    parameters.build().map_err(|error| wrong(&said(&error)))
}

/// What the encryption complained of, which lies inside an error of the operating system's kind.
fn broken_certificate<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = error.downcast_ref().or_else(|| inner.and_then(|inner| inner.downcast_ref()));
        if found.is_some() {
            return found;
        }
        next = error.source();
    }
    None
}

fn certificate(why: &CertificateError) -> String {
    match why {
        // A bad signature is what remains when a stranger took a known authority's name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is from an authority that is not known here; if it is your own, name it with --smtp-ca or OWED_SMTP_CA"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; see whether this computer's clock is right".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is made out for another name".to_owned()
        }
        other => format!("its certificate is not valid ({other})"),
    }
}

/// The server's own words with their number, or what broke.
fn said(error: &SmtpError) -> String {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    error.status().map_or_else(|| text.clone(), |code| format!("{code} {text}"))
}

/// Lines to one server.
pub struct Lines {
    server: MailServer,
    free: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Lines {
    pub fn new(server: MailServer) -> Arc<Lines> {
        Arc::new(Lines { server, free: Mutex::default() })
    }

    /// One try to hand one mail over. Its first address decides what became of it; those after it are copies. A copy that the server
    /// puts off is waited for where `copies_wait`, and is left out otherwise; one that it refuses holds up nobody.
    pub async fn hand_over(self: &Arc<Self>, envelope: &Envelope, mail: &[u8], copies_wait: bool) -> Delivery {
        match timeout(self.server.patience, self.try_it(envelope, mail, copies_wait)).await {
            Ok(delivery) => delivery,
            // The line goes with the talk that was given up: its next answer would belong to this mail.
            Err(_) => Delivery::Later(format!(
                "The mail server {} did not answer within {} seconds.",
                self.server.host,
                self.server.patience.as_secs()
            )),
        }
    }

    async fn try_it(self: &Arc<Self>, envelope: &Envelope, mail: &[u8], copies_wait: bool) -> Delivery {
        let mut line = match self.line().await {
            Ok(line) => line,
            Err(why) => return Delivery::Later(why),
        };
        if is_foreign(envelope) && !line.server_info().supports_feature(Extension::SmtpUtfEight) {
            self.keep(line);
            let host = &self.server.host;
            return Delivery::Refused(format!("The mail server {host} takes no addresses with other letters than a to z."));
        }
        match say(&mut line, envelope, mail, copies_wait).await {
            Ok(left_out) => {
                self.keep(line);
                self.became(envelope, &left_out)
            }
            Err(error) => {
                line.abort().await;
                match error.is_permanent() {
                    true => Delivery::Refused(self.server.in_words(&error)),
                    false => Delivery::Later(self.server.in_words(&error)),
                }
            }
        }
    }

    /// What a mail became that the server took for some of its addresses.
    fn became(&self, envelope: &Envelope, left_out: &[(&Address, SmtpError)]) -> Delivery {
        if let Some((_, error)) = left_out.iter().find(|(address, _)| Some(*address) == envelope.to().first()) {
            return Delivery::Refused(self.server.in_words(error));
        }
        let copy = |(address, error): &(&Address, SmtpError)| format!("No copy for {address}: {}", self.server.in_words(error));
        let said: Vec<String> = left_out.iter().map(copy).collect();
        Delivery::Sent((!said.is_empty()).then(|| said.join(" ")))
    }

    /// A line that was used before and still stands, or a new one.
    async fn line(&self) -> std::result::Result<AsyncSmtpConnection, String> {
        while let Some(mut line) = self.take() {
            if timeout(KNOCK, line.test_connected()).await == Ok(true) {
                return Ok(line);
            }
        }
        self.server.open().await
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.free.lock().expect("nobody panics while holding it").pop().map(|(line, _)| line)
    }

    fn keep(self: &Arc<Self>, line: AsyncSmtpConnection) {
        if line.has_broken() {
            return;
        }
        self.free.lock().expect("nobody panics while holding it").push((line, Instant::now()));
        let lines = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            if let Some(lines) = lines.upgrade() {
                lines.close_idle().await;
            }
        });
    }

    async fn close_idle(&self) {
        let idle: Vec<AsyncSmtpConnection> = {
            let mut free = self.free.lock().expect("nobody panics while holding it");
            free.extract_if(.., |(_, since)| since.elapsed() >= IDLE).map(|(line, _)| line).collect()
        };
        for mut line in idle {
            // Whether it hears us makes no difference any more.
            let _ = timeout(KNOCK, line.quit()).await;
        }
    }
}

/// Whether an address has other letters than a to z.
fn is_foreign(envelope: &Envelope) -> bool {
    envelope.to().iter().chain(envelope.from()).any(|address| !AsRef::<str>::as_ref(address).is_ascii())
}

/// Names the addresses one by one, so that each has an answer of its own, and hands the text over for those that are taken. Answers
/// those that are not. Nothing is handed over where the first address is put off, or all are refused.
async fn say<'e>(
    line: &mut AsyncSmtpConnection,
    envelope: &'e Envelope,
    mail: &[u8],
    copies_wait: bool,
) -> std::result::Result<Vec<(&'e Address, SmtpError)>, SmtpError> {
    let mut parameters = Vec::new();
    if is_foreign(envelope) {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    line.command(commands::Mail::new(envelope.from().cloned(), parameters)).await?;
    let mut left_out = Vec::new();
    for (at, address) in envelope.to().iter().enumerate() {
        match line.command(commands::Rcpt::new(address.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.is_permanent() || (error.is_transient() && at > 0 && !copies_wait) => {
                left_out.push((address, error))
            }
            Err(error) => return Err(error),
        }
    }
    if left_out.len() == envelope.to().len() {
        return Err(left_out.swap_remove(0).1);
    }
    line.command(commands::Data).await?;
    line.message(mail).await?;
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_travels_encrypted_or_stays_on_this_computer() {
        for (url, encryption, port) in [
            ("smtps://a:b@mx.example", Encryption::FromTheStart, 465),
            ("smtp://a:b@mx.example", Encryption::Demanded, 587),
            ("smtp://a:b@mx.example:2525", Encryption::Demanded, 2525),
            ("smtp://a:b@mx.example?tls=none", Encryption::None, 25),
            ("smtp://a:b@mx.example?tls=opportunistic", Encryption::IfOffered, 587),
            ("smtp://mx.example?tls=required", Encryption::Demanded, 587),
            ("smtp://mx.example", Encryption::None, 25),
            ("smtp://a:b@localhost", Encryption::None, 25),
            ("smtp://a:b@[::1]:1025", Encryption::None, 1025),
        ] {
            let server = MailServer::new(url, None).expect(url);
            assert_eq!((server.encryption, server.port), (encryption, port), "{url}");
        }
        for url in ["smtp://", "http://mx.example", "smtp://mx.example?tls=perhaps", "mx.example:25"] {
            let Err(Error::Fault(why)) = MailServer::new(url, None) else { panic!("{url} is taken") };
            assert!(why.starts_with("OWED_SMTP_URL: ") && why.contains(SHAPE), "{why}");
        }
    }

    #[test]
    fn an_authority_is_a_certificate() {
        for pem in ["", "no certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let Err(Error::Fault(why)) = MailServer::new("smtps://mx.example", Some(pem.as_bytes())) else {
                panic!("{pem} is taken")
            };
            assert!(why.starts_with("OWED_SMTP_CA: "), "{why}");
        }
    }
}
