//! Sockets: accepting connections, their limits, and ending them in order.
//!
//! Invariants: whoever connects has 10 seconds to send the head of a first request and 64 KiB for it; a connection that
//! asked once may rest for 75 seconds, longer than the proxies that keep theirs open for a minute; one address has at most
//! 512 connections (this machine and trusted proxies are not counted, since many people stand behind them). When told to
//! stop we take no new connection, let what is running finish for at most 20 seconds, then leave. Left out: TLS, which a
//! proxy in front ends.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::app::App;
use crate::security::client_ip::{ClientIp, is_proxy};

const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
const HEAD_BYTES: usize = 64 * 1024;
const STREAMS: u32 = 128;
const PING: Duration = Duration::from_secs(30);
const PER_ADDRESS: usize = 512;
const IN_ALL: usize = 16_384;
/// How long running requests may take once we were told to stop.
pub const DRAIN: Duration = Duration::from_secs(20);
/// A pause after the system refused us a connection, so that we do not spin while it has none to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The word to stop, given once and heard by everybody.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    pub fn new() -> Stop {
        Stop(Arc::new(watch::Sender::new(false)))
    }

    pub fn now(&self) {
        self.0.send_replace(true);
    }

    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the word was given; at once if it was given before.
    pub async fn wait(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        self.0.subscribe().wait_for(|set| *set).await.ok();
    }

    /// Gives the word at SIGTERM or SIGINT. A second signal ends the process without waiting.
    pub fn on_signals(&self) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = self.clone();
        tokio::spawn(async move {
            let mut next = async || tokio::select! { _ = term.recv() => 143, _ = interrupt.recv() => 130 };
            next().await;
            tracing::info!("told to stop; finishing what is running");
            stop.now();
            let code = next().await;
            tracing::warn!("told to stop again; leaving at once");
            std::process::exit(code);
        });
        Ok(())
    }
}

/// Says on stdout, in exactly one line, that the server is ready and where.
pub fn announce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://{address}")?;
    out.flush()
}

/// Serves until told to stop, then drains. Returns whether everything running had finished in time.
pub async fn serve(listener: TcpListener, router: Router, app: &App) -> bool {
    let graceful = GracefulShutdown::new();
    let service = TowerToHyperService::new(router);
    let seats = Arc::new(Seats::default());
    let builder = builder();
    loop {
        let accepted = tokio::select! {
            biased;
            () = app.stop.wait() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let counted = !peer.ip().is_loopback() && !is_proxy(peer.ip(), &app.config.trusted_proxies);
        let Some(seat) = seats.take(counted.then(|| ClientIp(peer.ip()).network())) else { continue };
        connect(&builder, &graceful, service.clone(), stream, peer, seat);
    }
    drop(listener);
    app.hub.close();
    tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_ok()
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).max_buf_size(HEAD_BYTES);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEAD_BYTES as u32);
    http2.keep_alive_interval(PING).keep_alive_timeout(HEAD_TIMEOUT);
    builder
}

fn connect(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    service: TowerToHyperService<Router>,
    stream: TcpStream,
    peer: SocketAddr,
    seat: Seat,
) {
    // Without it small answers wait for the client's acknowledgement; where it fails they are only slower.
    stream.set_nodelay(true).ok();
    let asked = Arc::new(AtomicBool::new(false));
    let ask = Arc::clone(&asked);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        ask.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        service.call(request.map(Body::new))
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let mut connection = std::pin::pin!(connection);
        let ended = match tokio::time::timeout(HEAD_TIMEOUT, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_) if asked.load(Ordering::Relaxed) => connection.await,
            // Nothing was asked in time: hang up.
            Err(_) => Ok(()),
        };
        if let Err(error) = ended {
            tracing::debug!(error = error.to_string(), "a connection ended early");
        }
        drop(seat);
    });
}

/// Connections held, in all and by each counted address.
#[derive(Default)]
struct Seats {
    held: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

struct Seat {
    seats: Arc<Seats>,
    place: Option<IpAddr>,
}

impl Seats {
    fn take(self: &Arc<Seats>, place: Option<IpAddr>) -> Option<Seat> {
        let mut held = self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if held.0 >= IN_ALL {
            return None;
        }
        if let Some(place) = place {
            let here = held.1.entry(place).or_default();
            if *here >= PER_ADDRESS {
                return None;
            }
            *here += 1;
        }
        held.0 += 1;
        Some(Seat { seats: Arc::clone(self), place })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.seats.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.0 -= 1;
        if let Some(place) = self.place
            && let Some(here) = held.1.get_mut(&place)
        {
            *here -= 1;
            if *here == 0 {
                held.1.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
