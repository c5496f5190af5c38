//! A server on loopback: answering, draining, refusing.

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

async fn start(router: Router) -> (SocketAddr, Arc<App>, tokio::task::JoinHandle<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let app = App::for_test(None);
    let serving = Arc::clone(&app);
    (address, app, tokio::spawn(async move { serve(listener, router, &serving).await }))
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("listening");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    answer
}

const GET: &str = "GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn handlers_see_the_other_end() {
    async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
        peer.ip().to_string()
    }
    let (address, app, serving) = start(Router::new().route("/peer", get(peer))).await;
    let answer = ask(address, GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("127.0.0.1"), "{answer}");
    app.stop.now();
    assert!(serving.await.expect("no panic"));
}

#[tokio::test]
async fn what_is_running_finishes_and_nothing_new_is_taken() {
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    };
    let (address, app, serving) = start(Router::new().route("/peer", get(slow))).await;
    let running = tokio::spawn(ask(address, GET));
    tokio::time::sleep(Duration::from_millis(100)).await;
    app.stop.now();
    assert!(running.await.expect("no panic").ends_with("done"));
    assert!(serving.await.expect("no panic"), "drained in time");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_overlong_head_is_refused() {
    let (address, app, serving) = start(Router::new().route("/peer", get(|| async { "ok" }))).await;
    let long = format!("GET /peer HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(HEAD_BYTES + 1000));
    let mut stream = TcpStream::connect(address).await.expect("listening");
    // The server may hang up before it has read everything.
    stream.write_all(long.as_bytes()).await.ok();
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer).await.unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    app.stop.now();
    serving.await.expect("no panic");
}

#[test]
fn seats_are_counted_by_address_and_given_back() {
    let seats = Arc::new(Seats::default());
    let place: IpAddr = "203.0.113.1".parse().expect("an address");
    let taken: Vec<Seat> = (0..PER_ADDRESS).map(|_| seats.take(Some(place)).expect("a seat")).collect();
    assert!(seats.take(Some(place)).is_none());
    assert!(seats.take(None).is_some());
    drop(taken);
    assert!(seats.take(Some(place)).is_some());
    assert!(seats.held.lock().expect("not poisoned").1.is_empty());
}

#[tokio::test]
async fn the_word_to_stop_is_heard_late_and_early() {
    let stop = Stop::new();
    let waiting = tokio::spawn({
        let stop = stop.clone();
        async move { stop.wait().await }
    });
    assert!(!stop.is_set());
    stop.now();
    waiting.await.expect("no panic");
    stop.wait().await;
    assert!(stop.is_set());
}
