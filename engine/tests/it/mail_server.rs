//! A mail server of the tests' own: it has manners, may speak encrypted, and counts who calls.
//!
//! Limits: it knows as much of SMTP as these tests say to it. Certificates are made anew for each authority.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server does to one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// 451 to the recipient: greylisting.
    AsksToComeBack,
    /// The text arrives, the answer to it never does.
    HangsUpAfterTheText,
    /// Takes the mail, says so, and hangs up without a word.
    HangsUpAfterwards,
    /// 550 to the recipient.
    Refuses,
    /// 550 to every recipient whose address begins with `nobody`.
    KnowsSome,
    /// 451 to every recipient whose address begins with `nobody`.
    PutsSomeOff,
    /// Takes it, after a moment at every step.
    IsSlow,
    /// The text arrives, and then nothing happens any more.
    FallsAsleep,
    /// 535 to name and password.
    KnowsNobody,
}

/// How it is spoken to.
#[derive(Clone)]
pub enum Crypt {
    Open,
    StartTls(TlsAcceptor),
    FromTheStart(TlsAcceptor),
}

/// The texts that arrived whole, answered or not.
pub type Arrived = Arc<Mutex<Vec<String>>>;

pub struct MailHost {
    pub port: u16,
    pub arrived: Arrived,
    /// How often somebody called.
    pub calls: Arc<AtomicUsize>,
    wrapped: bool,
}

impl MailHost {
    /// One manner for each conversation, in their order; those that come after are taken.
    pub async fn open(manners: Vec<Manner>) -> MailHost {
        MailHost::with(manners, Crypt::Open).await
    }

    pub async fn with(manners: Vec<Manner>, crypt: Crypt) -> MailHost {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let wrapped = matches!(crypt, Crypt::FromTheStart(_));
        let host = MailHost { port, arrived: Arrived::default(), calls: Arc::default(), wrapped };
        let (arrived, calls) = (Arc::clone(&host.arrived), Arc::clone(&host.calls));
        tokio::spawn(async move {
            let mut manners = manners.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                calls.fetch_add(1, Ordering::SeqCst);
                let manner = manners.next().unwrap_or(Manner::Takes);
                let (crypt, arrived) = (crypt.clone(), Arc::clone(&arrived));
                tokio::spawn(async move {
                    // A client that hangs up in the middle has ended the talk, which is what some of these are about.
                    let _ = receive(stream, crypt, manner, &arrived).await;
                });
            }
        });
        host
    }

    pub fn url(&self) -> String {
        let scheme = if self.wrapped { "smtps" } else { "smtp" };
        format!("{scheme}://localhost:{}", self.port)
    }

    pub fn texts(&self) -> Vec<String> {
        self.arrived.lock().expect("nobody panicked with it").clone()
    }

    pub fn called(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

async fn receive(stream: TcpStream, crypt: Crypt, manner: Manner, arrived: &Arrived) -> std::io::Result<()> {
    match crypt {
        Crypt::Open => converse(Box::new(stream), true, false, manner, arrived).await.map(drop),
        Crypt::FromTheStart(tls) => {
            let stream = tls.accept(stream).await?;
            converse(Box::new(stream), true, false, manner, arrived).await.map(drop)
        }
        Crypt::StartTls(tls) => {
            let Some(stream) = converse(Box::new(stream), true, true, manner, arrived).await? else { return Ok(()) };
            let stream = tls.accept(stream).await?;
            converse(Box::new(stream), false, false, manner, arrived).await.map(drop)
        }
    }
}

/// Talks until the end, or until encryption is asked for: then the line comes back to be encrypted.
async fn converse(
    stream: Box<dyn Wire>,
    greet: bool,
    starttls: bool,
    manner: Manner,
    arrived: &Arrived,
) -> std::io::Result<Option<Box<dyn Wire>>> {
    let mut stream = BufReader::new(stream);
    if greet {
        stream.write_all(b"220 mx.example ready\r\n").await?;
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        if manner == Manner::IsSlow {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match (verb.as_str(), manner) {
            ("EHLO", _) if starttls => b"250-mx.example\r\n250 STARTTLS\r\n",
            ("EHLO", _) => b"250-mx.example\r\n250 AUTH PLAIN\r\n",
            ("STARTTLS", _) if starttls => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            ("AUTH", Manner::KnowsNobody) => b"535 5.7.8 Wrong name or password\r\n",
            ("AUTH", _) => b"235 2.7.0 welcome\r\n",
            ("RCPT", Manner::AsksToComeBack) => b"451 4.7.1 Greylisted, come back later\r\n",
            ("RCPT", Manner::KnowsSome) if line.contains("<nobody") => b"550 5.1.1 User unknown\r\n",
            ("RCPT", Manner::PutsSomeOff) if line.contains("<nobody") => b"451 4.2.2 Mailbox full for now\r\n",
            ("RCPT", Manner::Refuses) => b"550 5.1.1 User unknown\r\n",
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let text = text(&mut stream).await?;
                arrived.lock().expect("nobody panicked with it").push(text);
                match manner {
                    Manner::HangsUpAfterTheText => return Ok(None),
                    Manner::HangsUpAfterwards => {
                        stream.write_all(b"250 2.0.0 taken\r\n").await?;
                        return Ok(None);
                    }
                    Manner::FallsAsleep => std::future::pending::<()>().await,
                    _ => {}
                }
                b"250 2.0.0 taken\r\n"
            }
            ("QUIT", _) => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
    }
}

async fn text(stream: &mut BufReader<Box<dyn Wire>>) -> std::io::Result<String> {
    let (mut text, mut line) = (String::new(), String::new());
    while stream.read_line(&mut line).await? > 0 && line != ".\r\n" {
        text.push_str(&line);
        line.clear();
    }
    Ok(text)
}

/// Somebody who vouches for servers.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// What is trusted, in PEM.
    pub pem: String,
}

/// A server's certificate and key, in PEM, and what accepts with them.
pub struct Shown {
    pub certificate: String,
    pub key: String,
    pub acceptor: TlsAcceptor,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let key = KeyPair::generate().expect("a key");
        let mut of = CertificateParams::default();
        of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        of.distinguished_name.push(DnType::CommonName, name);
        let pem = of.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(of, key), pem }
    }

    /// Vouches for a server of that name, through the end of a year.
    pub fn vouch(&self, name: &str, through: i32) -> Shown {
        let key = KeyPair::generate().expect("a key");
        let mut of = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        of.not_before = date_time_ymd(2020, 1, 1);
        of.not_after = date_time_ymd(through, 12, 31);
        let certificate = of.signed_by(&key, &self.issuer).expect("a certificate");
        let private = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .expect("they belong together");
        Shown { certificate: certificate.pem(), key: key.serialize_pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}
