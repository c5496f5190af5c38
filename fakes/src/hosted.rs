//! The pages of processors on which payers pay, for walks in a real browser.
//!
//! Invariants: a page is found at the address that the processor's interface gave out, and what is pressed there is what the
//! fake's own tests do by hand; a payer who has paid is led back where our server asked for. Limits: no card is typed; two
//! buttons say whether the bank agrees. A terminal for staff is a page like the others, with its amount and invoice number typed. Links and forms, in English; not what the real pages look like.

mod authorize_net;
mod paypal;
mod square;
mod stripe;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;

use crate::courier::{Courier, Message};
use crate::form;
use crate::stripe::Card;

/// A processor with its pages.
pub trait Hosted: Send + Sync {
    fn name(&self) -> &'static str;

    /// Where its interface is reached.
    fn api(&self) -> &str;

    /// Where browsers find its pages.
    fn origins(&self) -> &'static [&'static str];

    /// What connects it, as the settings of its kind are called.
    fn settings(&self) -> Value;

    /// Its clock stands at so many seconds since 1970 now.
    fn pass(&self, now: i64);

    /// What happened since it was asked last, as it is delivered to this address.
    fn news(&self, address: &str) -> Vec<Message>;

    /// What did not agree with its published description.
    fn complaints(&self) -> Vec<String>;

    /// A browser looks at one of its pages, or presses a button there.
    fn visit(&self, visit: &Visit) -> Shown;
}

/// What a browser sends.
#[derive(Debug, Clone)]
pub struct Visit {
    pub path: String,
    /// The fields of query and form.
    pub fields: Vec<(String, String)>,
}

impl Visit {
    /// A field; nothing when it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The card of the button that was pressed. None: somebody looks.
    pub fn card(&self) -> Option<Card> {
        match self.field("press") {
            "pay" => Some(Card::Pays),
            "decline" => Some(Card::Declined),
            _ => None,
        }
    }
}

/// What a browser gets.
#[derive(Debug, Clone)]
pub enum Shown {
    Page(Page),
    /// It is done: the browser is led on.
    Onward(String),
    /// What its script asked for on a page of somebody else's: the name of a card that was typed into its fields.
    Token(String),
    /// Nothing can be paid here, or not any more.
    Gone,
}

/// A page that waits for its payer.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// None where a card is only kept.
    pub amount: Option<String>,
    pub declined: bool,
    /// What whoever stands there types: how it is called, and the name that it is sent under.
    pub typed: Vec<(&'static str, &'static str)>,
    /// What the form sends besides the button.
    pub hidden: Vec<(&'static str, String)>,
    /// Where *Turn back* leads.
    pub back: String,
}

/// A terminal in which staff key cards, after the card that was keyed last.
pub fn terminal(taken: Option<Card>) -> Page {
    let says = if taken == Some(Card::Pays) { "Approved" } else { "Virtual Terminal" };
    Page {
        amount: Some(says.to_owned()),
        declined: taken.is_some_and(|card| card != Card::Pays),
        typed: vec![("Amount", "amount"), ("Invoice number", "invoice")],
        ..Page::default()
    }
}

/// An amount of two places, as `355.50 USD`.
pub fn written(minor: i64, currency: &str) -> String {
    format!("{}.{:02} {}", minor / 100, minor % 100, currency.to_uppercase())
}

/// An address with more in its query, as processors add what they like.
pub fn with(address: &str, more: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{more}")
}

/// What the listener of the pages holds.
struct Counter {
    processor: Arc<dyn Hosted>,
    courier: Arc<Courier>,
}

/// Serves the pages at a port of this machine, under the paths that they have at the processor; `POST /-/hook` takes the address
/// to which its messages go from then on. Answers where.
pub async fn serve(processor: Arc<dyn Hosted>, courier: Arc<Courier>) -> std::io::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .route("/-/hook", axum::routing::post(hook))
        .fallback(visited)
        .with_state(Arc::new(Counter { processor, courier }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(format!("http://{address}"))
}

async fn hook(State(counter): State<Arc<Counter>>, address: String) -> StatusCode {
    counter.courier.deliver_to(address);
    StatusCode::NO_CONTENT
}

async fn visited(State(counter): State<Arc<Counter>>, uri: Uri, body: Bytes) -> Response {
    let mut fields = form::fields(uri.query().unwrap_or_default());
    fields.extend(form::fields(&String::from_utf8_lossy(&body)));
    match counter.processor.visit(&Visit { path: uri.path().to_owned(), fields }) {
        Shown::Page(page) => html(StatusCode::OK, drawn(counter.processor.name(), &page)),
        Shown::Onward(address) => Redirect::to(&address).into_response(),
        Shown::Token(token) => token.into_response(),
        Shown::Gone => html(StatusCode::GONE, framed("Gone", "<h1>This page is over</h1>")),
    }
}

fn html(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

fn framed(title: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title}</title></head><body><main>{main}</main></body></html>"
    )
}

fn drawn(name: &str, page: &Page) -> String {
    let hidden: String = page
        .hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)))
        .collect();
    let typed: String = page
        .typed
        .iter()
        .map(|(label, name)| format!("<p><label>{label} <input name=\"{name}\" required></label></p>"))
        .collect();
    let amount = page.amount.as_ref().map_or_else(|| "A card is kept.".to_owned(), |amount| escaped(amount));
    let declined = if page.declined { "<p role=\"alert\">Your card was declined. Try another one.</p>" } else { "" };
    let back = escaped(&page.back);
    let main = format!(
        "<h1>Pretend {name}</h1><p id=\"amount\">{amount}</p>{declined}<form method=\"post\">{hidden}{typed}\
         <p><button name=\"press\" value=\"pay\">Pay</button></p><p><button name=\"press\" value=\"decline\">Decline</button></p>\
         </form><p><a href=\"{back}\">Turn back</a></p>"
    );
    framed(&format!("Pretend {name}"), &main)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_cannot_break_out_of_a_page() {
        let page = Page {
            amount: Some("1.00 <USD>".to_owned()),
            hidden: vec![("token", "a\"><script>".to_owned())],
            back: "https://shop.example/?a=1&b=2".to_owned(),
            ..Page::default()
        };
        let drawn = drawn("Stripe", &page);
        assert!(drawn.contains("value=\"a&quot;&gt;&lt;script&gt;\"") && !drawn.contains("<script>"), "{drawn}");
        assert!(drawn.contains("href=\"https://shop.example/?a=1&amp;b=2\"") && drawn.contains("1.00 &lt;USD&gt;"), "{drawn}");
    }

    #[test]
    fn more_is_added_to_an_address_behind_what_it_has() {
        assert_eq!(with("http://a.example/b", "c=d"), "http://a.example/b?c=d");
        assert_eq!(with("http://a.example/b?e=f", "c=d"), "http://a.example/b?e=f&c=d");
        assert_eq!(written(35_550, "usd"), "355.50 USD");
    }
}
