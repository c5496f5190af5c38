//! The shared signature checks, held against messages that others signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use books::calendar::Instant;
use processors::Secret;
use processors::webhook::{matches_sha256, matches_sha512, timestamped_is_valid};
use serde_json::Value;

fn vector(name: &str) -> impl Fn(&str) -> String {
    let all: Value = serde_json::from_str(include_str!("../specs/webhook-vectors.json")).expect("JSON");
    let one = all[name].clone();
    move |field| one[field].as_str().map_or_else(|| one[field].to_string(), str::to_owned)
}

/// The check is right about the message, and says no when any one bit of its body is another.
fn holds(body: &str, check: impl Fn(&[u8]) -> bool) {
    assert!(check(body.as_bytes()), "the published message");
    for at in 0..body.len() {
        let mut flipped = body.as_bytes().to_vec();
        flipped[at] ^= 1;
        assert!(!check(&flipped), "byte {at} was changed");
    }
}

#[test]
fn stripe_signs_time_and_body() {
    let it = vector("stripe");
    let now = Instant(it("timestamp").parse::<i64>().expect("seconds") * 1_000_000);
    let secrets = [Secret::new(it("secret"))];
    holds(&it("raw_body"), |body| timestamped_is_valid(&secrets, &it("value"), body, now));
}

#[test]
fn square_signs_address_and_body() {
    let it = vector("square");
    let signature = STANDARD.decode(it("value")).expect("base64");
    let secrets = [Secret::new(it("secret"))];
    let url = it("notification_url");
    holds(&it("raw_body"), |body| matches_sha256(&secrets, &[url.as_bytes(), body], &signature));
    let elsewhere = format!("{url}/");
    assert!(!matches_sha256(&secrets, &[elsewhere.as_bytes(), it("raw_body").as_bytes()], &signature));
}

#[test]
fn authorize_net_signs_the_body_with_sha512() {
    let it = vector("authorizenet");
    let signature = hex::decode(it("value").trim_start_matches("sha512=")).expect("hex");
    let secrets = [Secret::new(it("secret"))];
    holds(&it("raw_body"), |body| matches_sha512(&secrets, &[body], &signature));
}

#[test]
fn quickbooks_signs_the_body() {
    let it = vector("quickbooks");
    let signature = STANDARD.decode(it("value")).expect("base64");
    let secrets = [Secret::new(it("secret"))];
    holds(&it("raw_body"), |body| matches_sha256(&secrets, &[body], &signature));
}
