//! The Stripe connector against localstripe, a pretend Stripe that other people wrote: a smoke test beside our own fake.
//!
//! It runs where `OWED_LOCALSTRIPE` names the program, and says on the log when it does not. Between the two stands a
//! translator, because localstripe plays an older Stripe: it refuses a description and a way back on a charge, leaves
//! out what was received and whether a charge is disputed. Everything else goes through as it is. Left out: pages, the list of kept methods, disputes and idempotency,
//! which localstripe does not know.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use books::calendar::Instant;
use books::ids::{AttemptId, CustomerId};
use fakes::http::{Answered, Arrived, serve};
use processors::http::{Http, Request, Wire};
use processors::{
    Attempt, CaptureRequest, ChargeRequest, ChargeState, Initiator, Outcome, Person, Processor, RawHook, Reference,
    RefundRequest, RefundState, Remote, RemoteKind, Source,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stage::{done, usd};
use crate::stripe_stage::connect;

const KEY: &str = "sk_test_smoke";
const HOOK_SECRET: &str = "whsec_smoke";
/// What localstripe refuses to read.
const UNKNOWN_THERE: [&str; 2] = ["description", "return_url"];

/// The program, until the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start(program: &str) -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let mut command = Command::new(program);
    command.args(["--from-scratch", "--port", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}")));
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return (running, format!("http://127.0.0.1:{port}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("localstripe does not listen after 20 seconds");
}

/// Passes a request on, without what localstripe refuses, and its answer back, with what it leaves out.
async fn pass_on(there: &Http, arrived: Arrived) -> Answered {
    let mut path = arrived.path.clone();
    if !arrived.query.is_empty() {
        path = format!("{path}?{}", arrived.query);
    }
    let form = String::from_utf8(arrived.body.clone()).expect("a form is text");
    let kept = form.split('&').filter(|field| !UNKNOWN_THERE.iter().any(|name| field.starts_with(&format!("{name}="))));
    let request = match arrived.method.as_str() {
        "GET" => Request::get(path),
        _ => Request::form(path, kept.collect::<Vec<_>>().join("&")),
    };
    let answer = there.send(request.header("authorization", format!("Bearer {KEY}"))).await.ok()?;
    let mut body = answer.json().ok()?;
    complete(&mut body);
    Some((answer.status, body.to_string().into_bytes()))
}

/// What was received, whether a charge is disputed and how it was paid stand in every answer of Stripe.
fn complete(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(complete),
        Value::Object(fields) => {
            fields.values_mut().for_each(complete);
            if fields.get("object").is_some_and(|object| object == "charge") {
                fields.entry("disputed").or_insert(json!(false));
                fields.entry("payment_method_details").or_insert(Value::Null);
            }
            if fields.get("object").is_some_and(|object| object == "payment_intent") {
                let taken = fields.get("status").is_some_and(|status| status == "succeeded");
                let received = if taken { fields["amount"].clone() } else { json!(0) };
                fields.entry("amount_received").or_insert(received);
            }
        }
        _ => {}
    }
}

fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Instant(i64::try_from(since.as_micros()).expect("before the year 290000"))
}

fn attempt() -> Attempt {
    Attempt { id: AttemptId(Uuid::now_v7()), at: now() }
}

/// What Stripe's own fields would have given a browser for a card.
async fn token(there: &Http, number: &str) -> String {
    let form = format!("type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123");
    let request = Request::form("/v1/payment_methods", form).header("authorization", format!("Bearer {KEY}"));
    let made = there.send(request).await.expect("an answer").json().expect("an object");
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// The connector, its customer, and what both sides know.
struct Smoke {
    processor: Arc<dyn Processor>,
    customer: String,
    direct: Http,
}

impl Smoke {
    async fn charge(&self, number: &str, minor: i64, capture: bool) -> Outcome<processors::Charge> {
        let token = token(&self.direct, number).await;
        let method = done(self.processor.save_method(&attempt(), &self.customer, &token).await);
        assert_eq!(method.last4, &number[12..]);
        let request = ChargeRequest {
            amount: usd(minor),
            source: Source::Saved { customer: self.customer.clone(), method: method.id },
            by: Initiator::OffSession,
            capture,
            description: "Two oak stools".into(),
            reference: "ORD-2026-00042".into(),
            return_url: "https://pay.shop.example/back".into(),
        };
        self.processor.charge(&attempt(), &request).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stripe_connector_speaks_to_a_stripe_that_others_wrote() {
    let Some(program) = std::env::var("OWED_LOCALSTRIPE").ok().filter(|program| !program.is_empty()) else {
        println!("localstripe is off: OWED_LOCALSTRIPE names no program");
        return;
    };
    let (_running, address) = start(&program).await;
    let wire = Wire::with_patience(Duration::from_secs(10));
    let direct = Http::new(&wire, "localstripe", &address, None);
    let (there, handle) = (direct.clone(), tokio::runtime::Handle::current());
    let translator =
        serve(Arc::new(move |arrived| tokio::task::block_in_place(|| handle.block_on(pass_on(&there, arrived))))).await;
    let heard: Arc<Mutex<Vec<Arrived>>> = Arc::default();
    let ears = heard.clone();
    let listener = serve(Arc::new(move |arrived| {
        ears.lock().unwrap_or_else(PoisonError::into_inner).push(arrived);
        Some((200, b"{}".to_vec()))
    }))
    .await;
    let hook = format!("url={listener}&secret={HOOK_SECRET}");
    let registered = direct.send(Request::form("/_config/webhooks/owed", hook)).await.expect("an answer");
    assert!(registered.is_success(), "{}", registered.status);

    let settings = json!({"secret_key": KEY, "webhook_secret": HOOK_SECRET});
    let processor = connect(&translator, &wire, &settings, &[]);
    let person = Person { id: CustomerId(Uuid::now_v7()), name: "Fern & Field".into(), email: Some("pay@fern.example".into()) };
    let customer = done(processor.put_customer(&attempt(), &person).await);
    let smoke = Smoke { processor, customer, direct };

    let charge = done(smoke.charge("4242424242424242", 12_345, true).await);
    assert_eq!((charge.state, charge.captured.minor), (ChargeState::Captured, 12_345));
    let back = RefundRequest { charge: charge.id.clone(), amount: usd(2_345), reason: "One came back".into() };
    assert_eq!(done(smoke.processor.refund(&attempt(), &back).await).state, RefundState::Succeeded);
    let seen = done(smoke.processor.fetch(&Reference::new(RemoteKind::Charge, charge.id.clone()), now()).await);
    let Remote::Charge(seen) = seen else { panic!("a charge was asked for: {seen:?}") };
    assert_eq!((seen.captured.minor, seen.refunded.minor), (12_345, 2_345));

    let held = done(smoke.charge("4242424242424242", 9_000, false).await);
    assert_eq!(held.state, ChargeState::Authorized);
    let part = CaptureRequest { charge: held.id.clone(), amount: usd(4_000) };
    let taken = done(smoke.processor.capture(&attempt(), &part).await);
    // The older Stripe takes the whole and gives the rest back.
    assert_eq!((taken.state, taken.captured.minor - taken.refunded.minor), (ChargeState::Captured, 4_000));

    match smoke.charge("4000000000000341", 500, true).await {
        Outcome::Declined(_) => {}
        other => panic!("this card is kept and later refused: {other:?}"),
    }
    assert!(told_of(&smoke, &heard, &charge.id).await, "a signed message about {} is understood", charge.id);
}

/// Waits for a message whose signature fits and that is about the charge.
async fn told_of(smoke: &Smoke, heard: &Mutex<Vec<Arrived>>, charge: &str) -> bool {
    for _ in 0..100 {
        let arrived = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for message in &arrived {
            let hook = RawHook { url: "https://pay.shop.example", headers: &message.headers, body: &message.body, now: now() };
            let verified = smoke.processor.verify(&hook).await.expect("localstripe signs as Stripe does");
            if verified.hints.iter().any(|hint| hint.about.id == charge) {
                return true;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}
