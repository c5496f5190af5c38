//! Forms as browsers and others send them.

use axum::body::Body;

use super::*;

fn form(text: &str) -> Form {
    Form::parse(text.as_bytes()).expect("a form")
}

fn usd() -> Currency {
    Currency::from_code("USD").expect("a known code")
}

fn wrong(form: &Form) -> Vec<(&str, &str)> {
    form.errors().iter().map(|e| (e.field.as_str(), e.code)).collect()
}

#[test]
fn a_good_form_is_one_value() {
    let mut f =
        form("name=Ada+%26+Co&amount=12.50&on=2026-01-31&cc=a%40x.example,+b%40x.example&notify=on&kind=check&note=one%0D%0Atwo");
    let name = f.text("name", NAME);
    let amount = f.amount("amount", usd());
    let on = f.day("on");
    let cc = f.emails("cc");
    let kind = f.choice("kind", &[("cash", 1), ("check", 2)]);
    let note = f.optional_lines("note", NOTE);
    let phone = f.optional_text("phone", NAME);
    let notify = f.ticked("notify");
    let read =
        f.finish(|| Some((name?, amount?.minor, on?.to_string(), cc?, kind?, note, phone, notify))).expect("nothing is wrong");
    assert_eq!(
        read,
        (
            "Ada & Co".to_owned(),
            1250,
            "2026-01-31".to_owned(),
            vec!["a@x.example".to_owned(), "b@x.example".to_owned()],
            2,
            Some("one\ntwo".to_owned()),
            None,
            true
        )
    );
}

#[test]
fn every_mistake_is_named_at_its_field_and_what_was_typed_stays() {
    let mut f = form("name=&amount=1,00&on=tomorrow&email=nobody&kind=barter");
    let name = f.text("name", NAME);
    f.amount("amount", usd());
    f.day("on");
    f.email("email");
    f.choice("kind", &[("cash", 1)]);
    f.text("missing", NAME);
    let back = f.finish(|| name).expect_err("five things are wrong");
    let expected = [
        ("name", "REQUIRED"),
        ("amount", "NOT_AN_AMOUNT"),
        ("on", "NOT_A_DAY"),
        ("email", "NOT_AN_EMAIL"),
        ("kind", "UNKNOWN_VALUE"),
        ("missing", "REQUIRED"),
    ];
    assert_eq!(wrong(&back), expected);
    assert_eq!((back.value("amount"), back.error("on")), ("1,00", Some("Write a day like 2026-01-31.")));
}

#[test]
fn amounts() {
    for (text, read) in [
        ("12.5", Ok(1250)),
        ("%241,399.00", Ok(139_900)),
        ("12,50", Err("NOT_AN_AMOUNT")),
        ("0", Err("NOT_POSITIVE")),
        ("0.001", Err("NOT_AN_AMOUNT")),
        ("-1", Err("NOT_AN_AMOUNT")),
        ("", Err("REQUIRED")),
    ] {
        let mut f = form(&format!("a={text}"));
        let amount = f.amount("a", usd()).map(|money| money.minor);
        assert_eq!(amount.ok_or_else(|| f.errors()[0].code), read, "{text}");
    }
    for (text, read) in [
        ("-12.5", Ok(-1250)),
        ("%E2%88%9212.5", Ok(-1250)),
        ("%2B3", Ok(300)),
        ("3", Ok(300)),
        ("--3", Err("NOT_AN_AMOUNT")),
        ("-0", Err("ZERO")),
    ] {
        let mut f = form(&format!("a={text}"));
        let amount = f.signed_amount("a", usd()).map(|money| money.minor);
        assert_eq!(amount.ok_or_else(|| f.errors()[0].code), read, "{text}");
    }
}

#[test]
fn a_line_is_one_line() {
    for (text, code) in [("a%0D%0ABcc: x", "CONTROL_CHARACTER"), ("a%0Ab", "CONTROL_CHARACTER"), ("a%07", "CONTROL_CHARACTER")] {
        let mut f = form(&format!("t={text}"));
        assert_eq!(f.optional_text("t", NAME), None);
        assert_eq!(wrong(&f), [("t", code)]);
    }
    let mut f = form("t=%C3%A9%C3%A9%C3%A9");
    assert_eq!(f.text("t", 3).as_deref(), Some("ééé"), "limits count characters, not bytes");
    assert_eq!(f.text("t", 2), None);
    assert_eq!(wrong(&f), [("t", "TOO_LONG")]);
    let mut tabs = form("t=a%09b%1B");
    assert_eq!(tabs.optional_lines("t", NOTE), None);
}

#[test]
fn addresses() {
    for good in ["a@b", "ada.l+x@mail.acme.example", "o'brien@acme.example", "jürgen@acme.example"] {
        assert_eq!(email(good), Some(good));
    }
    for bad in [
        "",
        "a",
        "@b",
        "a@",
        "a b@c",
        "a@b,c@d",
        "a@b\r\nBcc: x@y",
        "<a@b>",
        "\"a\"@b",
        "a@b..c",
        "a@-b",
        "a@[127.0.0.1]",
        "a@b@c",
    ] {
        assert_eq!(email(bad), None, "{bad:?}");
    }
    assert_eq!(email(&format!("{}@b.example", "a".repeat(250))), None);
    let mut twice = form("cc=A%40x.example%0Aa%40X.example;+b%40x.example&cc=c%40x.example");
    assert_eq!(twice.emails("cc").map(|all| all.len()), Some(3));
    let many: String = (0..21).map(|n| format!("u{n}%40x.example,")).collect();
    let mut many = form(&format!("cc={many}"));
    assert_eq!((many.emails("cc"), wrong(&many)), (None, vec![("cc", "TOO_MANY")]));
    assert_eq!(form("").emails("cc"), Some(Vec::new()));
}

#[test]
fn what_is_no_form_is_refused() {
    for bad in ["a=%00", "a=%ff", "%C3=a"] {
        assert!(Form::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(Form::parse("a=1&".repeat(MAX_FIELDS + 1).as_bytes()).is_err());
    assert_eq!(form("a=100%&b").value("a"), "100%");
    assert!(form("a&b=").has("a") && form("a&b=").has("b") && !form("a").has("c"));
    assert_eq!(form("l=1&x=9&l=2").all("l").collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn keys() {
    assert_eq!(form("idempotency_key=abc").idempotency_key().as_deref(), Some("abc"));
    for bad in ["", "idempotency_key=", "idempotency_key=a+b", &format!("idempotency_key={}", "k".repeat(256))] {
        assert_eq!(form(bad).idempotency_key(), None);
    }
    assert_ne!(new_key(), new_key());
}

#[tokio::test]
async fn the_digest_leaves_the_key_out() {
    let read = async |kind: &str, body: &str| {
        let request = axum::http::Request::post("/admin/payments").header("content-type", kind).body(Body::from(body.to_owned()));
        Form::from_request(request.expect("a request"), &())
            .await
            .map(|form| form.request_hash)
            .map_err(|problem| problem.status.as_u16())
    };
    let kind = "application/x-www-form-urlencoded";
    let first = read(kind, "a=1&idempotency_key=x").await;
    assert!(first.is_ok());
    assert_eq!(first, read(kind, "a=1&idempotency_key=y").await);
    assert_ne!(first, read(kind, "a=2&idempotency_key=x").await);
    assert_eq!(read("text/plain", "a=1").await, Err(415));
}
