//! What a processor brings to the suite: its connector and its remote side, as a test plays it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use books::calendar::Instant;
use books::ids::{AttemptId, CustomerId};
use books::money::{Currency, Money};
use fakes::Fault;
use fakes::stripe::Card;
use processors::{
    Asked, Attempt, Charge, ChargeRequest, Checkout, CheckoutRequest, DeclineReason, Fields, Fut, Initiator, Operation, Outcome,
    Person, Processor, RejectReason, Remote, Replay, SavedMethod, Source, ask,
};
use uuid::Uuid;

pub const DAY: i64 = 86_400;

/// The part a card plays; each stage knows a number or token for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Pays,
    Declined,
    InsufficientFunds,
    Expired,
    IncorrectCvc,
    Confirms,
    RefundFails,
    Disputed,
    DebitSettles,
    DebitReturned,
}

/// The declines a page and a saved card must tell apart.
pub const DECLINES: [(Role, DeclineReason); 4] = [
    (Role::Declined, DeclineReason::CardDeclined),
    (Role::InsufficientFunds, DeclineReason::InsufficientFunds),
    (Role::Expired, DeclineReason::ExpiredCard),
    (Role::IncorrectCvc, DeclineReason::IncorrectCvc),
];

/// What goes wrong on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The processor acts; its answer is lost.
    LosesAnswer,
    /// The call never arrives.
    Silent,
    /// The processor answers with an error of its own before it acts.
    ServerError,
}

/// What a payer met at the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Met {
    Thanks,
    Declined(DeclineReason),
    AskedToConfirm,
    Closed,
}

/// What came of typing a card into the processor's fields on a page of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// The processor knows by itself.
    Met(Met),
    /// A token that is to be charged.
    Token(String),
}

/// The processor's own record of one charge: the truth the connector is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    pub attempt: AttemptId,
    pub captured: Money,
    pub refunded: Money,
}

/// A message as it would arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub trait Stage: Send + Sync {
    fn processor(&self) -> Arc<dyn Processor>;
    /// The same connection while its webhook secret is being replaced (`both` accepted), or after (`new` only).
    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor>;
    fn now(&self) -> Instant;
    /// Moves the clock and lets the remote side act.
    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()>;
    fn token(&self, role: Role) -> String;
    /// Whether a browser's token can be charged. If not, the cases charge on the processor's page instead.
    fn takes_tokens(&self) -> bool {
        true
    }
    /// The declines that a payer meets on the page, as far as this processor tells them apart to us.
    fn declines(&self) -> Vec<(Role, DeclineReason)> {
        DECLINES.to_vec()
    }
    /// Whether the processor's messages name the page that was paid, and not the payment alone.
    fn tells_of_pages(&self) -> bool {
        true
    }
    /// Whether the time of a message is signed with it.
    fn dates_its_messages(&self) -> bool {
        true
    }
    /// Whether a page can be closed before its time. If not, it is given up, and may still be paid until it lapses.
    fn closes_pages(&self) -> bool {
        true
    }
    /// Whether its messages tell of disputes. If not, they are found in its lists.
    fn tells_of_disputes(&self) -> bool {
        true
    }
    /// Whether an amount can be held on a page that a payer opens. If not, staff key the card that is held.
    fn holds_on_pages(&self) -> bool {
        true
    }
    /// Whether a card is kept that a payer pays with on the processor's own page. If not, its fields on a page of ours keep it.
    fn keeps_on_pages(&self) -> bool {
        true
    }
    /// Whether a bank account is collected from on the processor's own page. If not, its fields on a page of ours let one be chosen.
    fn debits_on_pages(&self) -> bool {
        true
    }
    /// Whether a card's bank may ask for its holder.
    fn asks_holders(&self) -> bool {
        true
    }
    /// The declines of a saved card that this processor tells apart.
    fn declines_saved(&self) -> Vec<(Role, DeclineReason)> {
        DECLINES.to_vec()
    }
    /// How many seconds after a call was lost it is sure that it never arrives.
    fn sure_after(&self) -> i64 {
        0
    }
    /// How many answers are lost in the long loop.
    fn rounds(&self) -> usize {
        1_000
    }
    /// The longest time that a page can be asked to stay open, in seconds.
    fn longest_page(&self) -> i64 {
        20 * DAY
    }
    /// Amounts that this processor takes, to the last unit: small, large, and in currencies of other exponents.
    fn amounts(&self) -> Vec<Money> {
        vec![
            money(1, "JPY"),
            money(355, "JPY"),
            money(1_250, "KWD"),
            money(12_345_678_905, "KWD"),
            usd(1),
            usd(999_999_999_999_999),
        ]
    }
    /// Amounts that it cannot express: they are refused, never rounded.
    fn amounts_too_fine(&self) -> Vec<Money> {
        Vec::new()
    }
    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met>;
    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met>;
    /// What a payer does in the processor's fields on a page of ours, with what its script was given there.
    fn in_fields<'a>(&'a self, _given: &'a Fields, _role: Role) -> Fut<'a, Typed> {
        panic!("this processor shows no fields on pages of ours")
    }
    /// What the payer at such fields says when their bank asks.
    fn answer_bank<'a>(&'a self, _given: &'a Fields, _ok: bool) -> Fut<'a, Met> {
        panic!("nobody is asked at this processor's fields")
    }
    /// Staff key a card in the processor's terminal apart, by this reference. Answers the charge.
    fn key_in_terminal(&self, _reference: &str, _role: Role, _amount: Money) -> String {
        panic!("this processor has no terminal apart")
    }
    fn turn_back<'a>(&'a self, page: &'a str) -> Fut<'a, ()>;
    fn break_line<'a>(&'a self, next: &'a [Line]) -> Fut<'a, ()>;
    /// After so many more calls the processor takes our keys no more; none: it takes them again. Answers false where there are no keys.
    fn revoke_after(&self, _calls: Option<usize>) -> bool {
        false
    }
    fn truth<'a>(&'a self) -> Fut<'a, Vec<Truth>>;
    /// Messages that are due now, accepted by the receiver.
    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>>;
    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()>;
    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()>;
}

/// The card of the fakes that plays a part.
pub fn card(role: Role) -> Card {
    match role {
        Role::Pays => Card::Pays,
        Role::Declined => Card::Declined,
        Role::InsufficientFunds => Card::InsufficientFunds,
        Role::Expired => Card::Expired,
        Role::IncorrectCvc => Card::IncorrectCvc,
        Role::Confirms => Card::Confirms,
        Role::RefundFails => Card::RefundFails,
        Role::Disputed => Card::Disputed,
        Role::DebitSettles => Card::DebitSettles,
        Role::DebitReturned => Card::DebitReturned,
    }
}

/// What goes wrong on a fake's line.
pub fn fault(line: Line) -> Fault {
    match line {
        Line::LosesAnswer => Fault::LoseAnswer,
        Line::Silent => Fault::Silent,
        Line::ServerError => Fault::Error500,
    }
}

pub fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::from_code(code).expect("a currency"))
}

pub fn usd(minor: i64) -> Money {
    money(minor, "USD")
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A new id of version 7: its first 48 bits are the milliseconds of `at`.
pub fn new_uuid(at: Instant) -> Uuid {
    let ms = u128::try_from(at.0 / 1_000).expect("after 1970");
    Uuid::from_u128((ms << 80) | (0x7000_8000_0000_0000_0000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed))))
}

impl dyn Stage + '_ {
    pub fn attempt(&self) -> Attempt {
        Attempt { id: AttemptId(new_uuid(self.now())), at: self.now() }
    }

    pub async fn customer(&self) -> String {
        let person =
            Person { id: CustomerId(new_uuid(self.now())), name: "Ada Example".into(), email: Some("ada@shop.example".into()) };
        done(self.processor().put_customer(&self.attempt(), &person).await)
    }

    pub async fn saved(&self, role: Role) -> (String, SavedMethod) {
        let customer = self.customer().await;
        let method = done(self.processor().save_method(&self.attempt(), &customer, &self.token(role)).await);
        (customer, method)
    }

    pub async fn charge_saved(&self, role: Role, amount: Money) -> Outcome<Charge> {
        let (customer, method) = self.saved(role).await;
        self.processor().charge(&self.attempt(), &of_saved(&customer, &method, amount)).await
    }

    pub async fn captured(&self, role: Role, amount: Money) -> Charge {
        self.taken(role, amount, true).await
    }

    /// A charge of which a part can go back: some processors settle it first.
    pub async fn refundable(&self, role: Role, amount: Money) -> Charge {
        let charge = self.captured(role, amount).await;
        if !self.processor().capabilities().refund_needs_settled {
            return charge;
        }
        self.pass(DAY).await;
        self.charge_now(&charge.id).await
    }

    pub async fn held(&self, amount: Money) -> Charge {
        self.taken(Role::Pays, amount, false).await
    }

    /// Staff key a card into the processor's fields on a page of ours, and its token is charged, or held.
    pub async fn keyed(&self, role: Role, amount: Money, capture: bool) -> Outcome<Charge> {
        let page = done(self.processor().checkout(&self.attempt(), &keyed_page(amount, capture)).await);
        let given = done(self.processor().fields(&page.id, self.now()).await);
        let Typed::Token(token) = self.in_fields(&given, role).await else { panic!("fields for staff give a token") };
        let request = ChargeRequest { by: Initiator::Staff, capture, ..of_token(token, amount) };
        self.processor().charge(&self.attempt(), &request).await
    }

    async fn taken(&self, role: Role, amount: Money, capture: bool) -> Charge {
        if !capture && !self.holds_on_pages() {
            return done(self.keyed(role, amount, false).await);
        }
        if self.takes_tokens() {
            let request = ChargeRequest { capture, ..of_token(self.token(role), amount) };
            return done(self.processor().charge(&self.attempt(), &request).await);
        }
        let page = done(self.processor().checkout(&self.attempt(), &CheckoutRequest { capture, ..on_page(amount) }).await);
        assert_eq!(self.pay(&page.url, role).await, Met::Thanks);
        self.checkout_now(&page.id).await.charge.expect("it was charged")
    }

    /// Whether this connection's answer to a call that never arrived is to make it now, under the same key.
    pub fn repeats(&self, operation: Operation) -> bool {
        matches!(self.processor().replay(operation), Replay::SafeFor(_))
    }

    /// Whether a page that was asked for twice under one key is the same page.
    pub fn repeats_pages(&self) -> bool {
        !matches!(self.processor().replay(Operation::Checkout), Replay::Never)
    }

    pub async fn page(&self, amount: Money) -> Checkout {
        done(self.processor().checkout(&self.attempt(), &on_page(amount)).await)
    }

    pub async fn checkout_now(&self, id: &str) -> Checkout {
        match self.fetch(processors::RemoteKind::Checkout, id).await {
            Remote::Checkout(checkout) => checkout,
            other => panic!("asked for a checkout and got {other:?}"),
        }
    }

    pub async fn charge_now(&self, id: &str) -> Charge {
        match self.fetch(processors::RemoteKind::Charge, id).await {
            Remote::Charge(charge) => charge,
            other => panic!("asked for a charge and got {other:?}"),
        }
    }

    pub async fn fetch(&self, kind: processors::RemoteKind, id: &str) -> Remote {
        done(self.processor().fetch(&processors::Reference::new(kind, id), self.now()).await)
    }

    pub async fn ask(&self, by: &Attempt, asked: &Asked) -> Outcome<Remote> {
        ask(&*self.processor(), by, asked).await
    }

    /// All that was captured, by the processor's own record.
    pub async fn captured_in_truth(&self) -> i64 {
        self.truth().await.iter().map(|charge| charge.captured.minor).sum()
    }
}

pub fn on_page(amount: Money) -> CheckoutRequest {
    CheckoutRequest {
        amount,
        description: "Order 10023".into(),
        reference: "10023".into(),
        customer: None,
        capture: true,
        save: false,
        by: Initiator::Payer,
        return_url: "https://pay.shop.example/p/return/abc".into(),
        cancel_url: "https://pay.shop.example/p/back/abc".into(),
        expires_at: None,
        fields_url: None,
    }
}

/// A page of ours on which staff key a card.
pub fn keyed_page(amount: Money, capture: bool) -> CheckoutRequest {
    let page = Some("https://pay.shop.example/admin/card/ours/pay_1".into());
    CheckoutRequest { by: Initiator::Staff, capture, fields_url: page, ..on_page(amount) }
}

pub fn of_saved(customer: &str, method: &SavedMethod, amount: Money) -> ChargeRequest {
    let source = Source::Saved { customer: customer.into(), method: method.id.clone() };
    ChargeRequest { source, by: Initiator::OffSession, ..of_token(String::new(), amount) }
}

pub fn of_token(token: String, amount: Money) -> ChargeRequest {
    ChargeRequest {
        amount,
        source: Source::Token { token, keep_for: None },
        by: Initiator::Payer,
        capture: true,
        description: "Invoice INV-2026-00042".into(),
        reference: "INV-2026-00042".into(),
        return_url: "https://pay.shop.example/p/return/abc".into(),
    }
}

#[track_caller]
pub fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("expected done, got {other:?}"),
    }
}

#[track_caller]
pub fn pending<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Pending(value) => value,
        other => panic!("expected pending, got {other:?}"),
    }
}

#[track_caller]
pub fn declined<T: std::fmt::Debug>(outcome: Outcome<T>) -> processors::Decline {
    match outcome {
        Outcome::Declined(decline) => decline,
        other => panic!("expected declined, got {other:?}"),
    }
}

/// The one answer to two calls of one attempt at once: the same twice. Where the processor knows no keys the later call may
/// find that it is done, and is told so; the engine asks there and never repeats.
pub fn twice<T: PartialEq + std::fmt::Debug>(replay: Replay, left: Outcome<T>, right: Outcome<T>, late: RejectReason) -> T {
    let (first, second) = if matches!(left, Outcome::Done(_)) { (left, right) } else { (right, left) };
    let first = done(first);
    match second {
        Outcome::Rejected(rejection) if matches!(replay, Replay::Never | Replay::DetectsDuplicateFor(_)) => {
            assert_eq!(rejection.reason, late);
        }
        second => assert_eq!(done(second), first, "the same key has the same answer"),
    }
    first
}

#[track_caller]
pub fn rejected<T: std::fmt::Debug>(outcome: Outcome<T>) -> processors::RejectReason {
    match outcome {
        Outcome::Rejected(rejection) => rejection.reason,
        other => panic!("expected rejected, got {other:?}"),
    }
}

#[track_caller]
pub fn unknown<T: std::fmt::Debug>(outcome: Outcome<T>) {
    assert!(matches!(outcome, Outcome::Unknown { .. }), "expected unknown, got {outcome:?}");
}
