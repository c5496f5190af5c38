//! Lives through the plan: week by week, all customers at once, each by the flows that pages and programs use.

use books::account::Target;
use books::calendar::{Day, Instant};
use books::entry::Side;
use books::ids::{BusinessId, CustomerId, OrderId, OrderLineId, RequestId};
use books::money::Currency;
use books::order::{OrderAct, OrderKind, OrderState};
use books::tax::{LineInput, LineKind, Quantity};
use engine::flows::add_entry::{NewEntry, add_entry};
use engine::flows::amend_order::{Amending, amend_order};
use engine::flows::ask_processor::look;
use engine::flows::call::{Actor, Call};
use engine::flows::change_order::{Decision, change_order};
use engine::flows::connect_processor::{NewConnection, connect_processor};
use engine::flows::create_business::{NewBusiness, create_business};
use engine::flows::create_order::{NewOrder, create_order};
use engine::flows::draft_invoice::{NewInvoice, Texts, create_invoice};
use engine::flows::issue_invoice::{Generating, generate_invoice};
use engine::flows::open_link::open_link;
use engine::flows::record_payment::{Part, Received, record_payment};
use engine::flows::request_payment::{Asking, request_payment};
use engine::flows::save_business::{BusinessChange, change_business};
use engine::flows::save_customer::{CustomerDetails, create_customer};
use engine::flows::share_link::{NewLink, create_link};
use engine::flows::start_checkout::{Next, start_checkout};
use engine::jobs::{follow_processor, run_due};
use engine::services::Services;
use engine::sheets::order::order_sheet;
use engine::store::connection::Connection;
use engine::store::user::Role;
use futures_util::future::try_join_all;
use processors::sandbox::{CardEntry, PageId};

use super::names::{WORKS, email, name};
use super::plan::{Deed, WEEK_SECONDS, WEEKS, hour_of, of_customer};
use super::{EMAIL, PASSWORD};
use crate::run::Failure;

/// How many customers there are.
const CUSTOMERS: usize = 60;
const BUSINESS: &str = "Harbor & Oak Joinery";

/// The business while it lives through its past.
struct Shop<'a> {
    services: &'a Services,
    call: Call,
    business: BusinessId,
    connection: Connection,
    usd: Currency,
}

/// A customer with what is still to come.
struct Client {
    id: CustomerId,
    to_come: std::collections::VecDeque<(i64, Deed)>,
    order: Option<OrderId>,
    request: Option<RequestId>,
}

/// Two years of business, up to `now`.
pub async fn live_through(services: &Services, now: Instant) -> Result<(), Failure> {
    let shop = open(services).await?;
    let opening = monday_morning(now);
    let made = (0..CUSTOMERS).map(|n| shop.client(n));
    let mut clients: Vec<Client> = try_join_all(made).await?;
    for week in 0..WEEKS {
        let at = opening.plus_seconds((week - WEEKS) * WEEK_SECONDS + hour_of(week));
        services.db.clock().set(at);
        let busy: Vec<&mut Client> =
            clients.iter_mut().filter(|client| client.to_come.front().is_some_and(|(when, _)| *when <= week)).collect();
        if busy.is_empty() {
            continue;
        }
        try_join_all(busy.into_iter().map(|client| shop.week(client, week))).await?;
        run_due(services).await?;
    }
    services.db.clock().set(now.plus_seconds(-3600));
    shop.main_job().await?;
    follow_processor::follow_all(services).await?;
    run_due(services).await?;
    Ok(())
}

/// Nine o'clock on the Monday before `now`.
fn monday_morning(now: Instant) -> Instant {
    const DAY: i64 = 86_400;
    // The first of January 1970 was a Thursday: three days after a Monday.
    let seconds = now.timestamp().as_second();
    let monday = (seconds.div_euclid(DAY) + 3).rem_euclid(7);
    now.plus_seconds(9 * 3600 - monday * DAY - seconds.rem_euclid(DAY))
}

async fn open(services: &Services) -> Result<Shop<'_>, Failure> {
    let usd = Currency::from_code("USD").ok_or_else(|| Failure::Other("there are no dollars".to_owned()))?;
    let new = NewBusiness {
        name: BUSINESS.to_owned(),
        currency: usd,
        owner_email: EMAIL.to_owned(),
        owner_name: "Demo owner".to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
        api_key: false,
    };
    let made = create_business(&services.db, new).await?;
    let actor = Actor::User { id: made.owner, role: Role::Owner };
    let call = Call { business: made.business, actor, request_id: "demo".to_owned(), key: None };
    let details = BusinessChange {
        email: Some(Some("hello@harbor-and-oak.example".to_owned())),
        phone: Some(Some("+1 555 0100".to_owned())),
        address: Some(Some("1 Example Wharf\nSampleton".to_owned())),
        color: Some("#0b5c44".to_owned()),
        footer: Some(Some("Harbor & Oak Joinery is made up for this demo.".to_owned())),
        paper: Some("letter".to_owned()),
        ..BusinessChange::default()
    };
    change_business(&services.db, &call, details).await?;
    let sandbox = NewConnection { kind: "sandbox".to_owned(), name: None, settings: serde_json::json!({}) };
    let connection = connect_processor(services, &call, sandbox).await?.value;
    let connection = engine::store::connection::connection(&services.db, made.business, connection).await?;
    Ok(Shop { services, call, business: made.business, connection, usd })
}

impl Shop<'_> {
    async fn client(&self, n: usize) -> Result<Client, Failure> {
        let details = CustomerDetails {
            name: name(n),
            // Customers without e-mail are normal.
            email: (n % 17 != 16).then(|| email(n)),
            phone: n.is_multiple_of(3).then(|| format!("+1 555 01{:02}", n % 100)),
            reference: Some(format!("C-{:03}", n + 1)),
            address: Some(format!("{} Example Street\nSampleton", n + 1)),
            ..CustomerDetails::default()
        };
        let id = create_customer(&self.services.db, &self.call, details).await?.value;
        Ok(Client { id, to_come: of_customer(n).into(), order: None, request: None })
    }

    /// Everything that happens with one customer up to the end of a week.
    async fn week(&self, client: &mut Client, week: i64) -> Result<(), Failure> {
        while let Some((when, deed)) = client.to_come.front().copied() {
            if when > week {
                break;
            }
            client.to_come.pop_front();
            self.act(client, deed).await?;
        }
        Ok(())
    }

    async fn act(&self, client: &mut Client, deed: Deed) -> Result<(), Failure> {
        let db = &self.services.db;
        match deed {
            Deed::Order { work, lines, draft } => {
                let state = if draft { OrderState::Draft } else { OrderState::Confirmed };
                let lines = (0..lines).map(|at| line(work + at * 5)).collect();
                client.order = Some(self.order(client.id, lines, state).await?);
                client.request = None;
            }
            Deed::Charge { cents, due_days } => {
                self.by_hand(client.id, Side::Charge, cents, "Maintenance visit", due_days).await?
            }
            Deed::Credit { cents } => self.by_hand(client.id, Side::Credit, cents, "Goodwill for a late delivery", 0).await?,
            Deed::Link => {
                create_link(db, &self.services.keys, &self.call, NewLink::usual(client.id)).await?;
            }
            Deed::Draft => self.draft(client.id).await?,
            deed => self.on_order(client, deed).await?,
        }
        Ok(())
    }

    /// What is about the latest order; nothing where there is none, or nothing is due of it.
    async fn on_order(&self, client: &mut Client, deed: Deed) -> Result<(), Failure> {
        let Some(order) = client.order else { return Ok(()) };
        let sheet = order_sheet(&self.services.db, self.business, order).await?;
        let due = sheet.figures.amount_due;
        match deed {
            Deed::Pay { percent, kind } if due > 0 => self.pay(client.id, order, due * percent / 100, kind).await?,
            Deed::Add { work, reason } => self.amend(order, reason, vec![line(work)], Vec::new()).await?,
            Deed::Remove => {
                let first: Vec<OrderLineId> =
                    sheet.lines.iter().filter(|line| line.removed_by.is_none()).map(|line| line.id).take(1).collect();
                self.amend(order, "correction", Vec::new(), first).await?;
            }
            Deed::Ask if due > 0 && sheet.customer.email.is_some() => {
                let asking = Asking::default();
                client.request = Some(request_payment(self.services, &self.call, Target::Order(order), asking).await?.value);
            }
            Deed::Bill { due_days } if due > 0 => self.bill(order, due_days).await?,
            Deed::PayOnline { card } if due > 0 && client.request.is_some() => self.pay_online(client, card).await?,
            // Who has no address cannot be asked by mail and brings a check.
            Deed::PayOnline { .. } if due > 0 => self.pay(client.id, order, due, "check").await?,
            Deed::Complete => self.decide(order, OrderAct::Complete).await?,
            Deed::Cancel => self.decide(order, OrderAct::Cancel).await?,
            _ => {}
        }
        Ok(())
    }

    async fn order(&self, customer: CustomerId, lines: Vec<LineInput>, state: OrderState) -> Result<OrderId, Failure> {
        let new = NewOrder { customer, kind: OrderKind::Order, currency: self.usd, lines, state, note: None };
        Ok(create_order(&self.services.db, &self.call, new).await?.value)
    }

    async fn amend(&self, order: OrderId, reason: &str, add: Vec<LineInput>, remove: Vec<OrderLineId>) -> Result<(), Failure> {
        let change = Amending { reason: reason.to_owned(), note: None, add, remove };
        amend_order(&self.services.db, &self.call, order, change).await?;
        Ok(())
    }

    async fn decide(&self, order: OrderId, act: OrderAct) -> Result<(), Failure> {
        change_order(&self.services.db, &self.call, order, Decision { act, reason: None, remove: Vec::new() }).await?;
        Ok(())
    }

    /// An invoice for what an order still owes, mailed where there is an address.
    async fn bill(&self, order: OrderId, due_days: i64) -> Result<(), Failure> {
        let sheet = order_sheet(&self.services.db, self.business, order).await?;
        let billing = Generating {
            description: "Joinery work as ordered".to_owned(),
            due_on: Some(self.day_in(due_days)),
            send: sheet.customer.email.is_some(),
        };
        generate_invoice(self.services, &self.call, order, billing).await?;
        Ok(())
    }

    async fn draft(&self, customer: CustomerId) -> Result<(), Failure> {
        let texts = Texts { description: Some("Yearly service of doors and windows".to_owned()), ..Texts::default() };
        let lines = vec![priced("Service visit", 2, 14_500), priced("Oil and fittings", 1, 3_850)];
        let new = NewInvoice { customer, currency: self.usd, lines, entries: Vec::new(), texts };
        create_invoice(&self.services.db, &self.call, new).await?;
        Ok(())
    }

    /// The day so many days from today.
    fn day_in(&self, days: i64) -> Day {
        self.services.db.clock().now().plus_seconds(days * 86_400).day_in(&jiff::tz::TimeZone::UTC)
    }

    async fn by_hand(
        &self,
        customer: CustomerId,
        side: Side,
        amount: i64,
        description: &str,
        due_days: i64,
    ) -> Result<(), Failure> {
        let due_on = (side == Side::Charge).then(|| self.day_in(due_days));
        let new = NewEntry {
            customer,
            side,
            amount,
            currency: self.usd,
            description: description.to_owned(),
            effective_on: None,
            due_on,
            category: None,
            note: None,
        };
        add_entry(&self.services.db, &self.call, new).await?;
        Ok(())
    }

    async fn pay(&self, customer: CustomerId, order: OrderId, amount: i64, kind: &str) -> Result<(), Failure> {
        if amount == 0 {
            return Ok(());
        }
        let received = Received {
            customer,
            amount,
            currency: self.usd,
            kind: kind.to_owned(),
            reference: (kind == "check").then(|| format!("{}", 1000 + amount % 900)),
            received_on: None,
            memo: None,
            parts: vec![Part { target: Target::Order(order), amount: None }],
            despite_pending: false,
            receipt: None,
            tendered: None,
            category: None,
            description: None,
        };
        record_payment(&self.services.db, &self.call, received).await?;
        Ok(())
    }

    /// The payer opens the request, goes to Sandbox's page and types a card.
    async fn pay_online(&self, client: &Client, card: &str) -> Result<(), Failure> {
        let Some(request) = client.request else { return Ok(()) };
        let request = engine::store::request::request(&self.services.db, self.business, request).await?;
        let token = self.services.keys.link_token("request", request.link_id);
        open_link(&self.services.db, &token, &format!("demo {}", client.id), true, "demo").await?;
        let link = engine::store::link::link(&self.services.db, self.business, request.link_id).await?;
        let Next::Page(url) = start_checkout(self.services, &link, None, "demo").await? else { return Ok(()) };
        let id: PageId =
            url.rsplit('/').next().unwrap_or_default().parse().map_err(|_| Failure::Other(format!("{url} is no page")))?;
        let opened = self.services.connections.open(&self.connection, BUSINESS)?;
        let bank = opened.bank.ok_or_else(|| Failure::Other("Sandbox has no bank".to_owned()))?;
        let entry = CardEntry { number: card, exp: "12/39", cvc: "123", name: "Accounts" };
        let now = self.services.db.clock().now();
        bank.pay_checkout(&id, &entry, now).await.map_err(|error| Failure::Other(format!("Sandbox: {error}")))?;
        let order = request.order_id.ok_or_else(|| Failure::Other("a request without an order".to_owned()))?;
        let sheet = order_sheet(&self.services.db, self.business, order).await?;
        if let Some(payment) = sheet.payments.iter().find(|payment| payment.request_id == Some(request.id)) {
            look(self.services, &self.call, payment.id).await?;
        }
        Ok(())
    }

    /// The story to play: an order of 480.00 with a deposit of 200.00; two items were added and 355.50 is due.
    async fn main_job(&self) -> Result<(), Failure> {
        let details = CustomerDetails {
            name: "Fern & Field Florist".to_owned(),
            email: Some("pay@fern-and-field.example".to_owned()),
            phone: Some("+1 555 0199".to_owned()),
            reference: Some("C-100".to_owned()),
            address: Some("7 Example Square\nSampleton".to_owned()),
            ..CustomerDetails::default()
        };
        let customer = create_customer(&self.services.db, &self.call, details).await?.value;
        let order = self.order(customer, vec![priced("Flower stand, three tiers", 1, 48_000)], OrderState::Confirmed).await?;
        self.pay(customer, order, 20_000, "check").await?;
        let add = vec![priced("Planter, cedar", 2, 3_100), priced("Delivery to the door", 1, 1_350)];
        self.amend(order, "items_added", add, Vec::new()).await
    }
}

/// A line for the n-th of the joinery's works, without tax.
fn line(n: usize) -> LineInput {
    let (description, price) = WORKS[n % WORKS.len()];
    priced(description, 1 + i64::from(price < 20_000), price)
}

fn priced(description: &str, count: i64, unit_amount: i64) -> LineInput {
    LineInput {
        kind: LineKind::Item,
        description: description.to_owned(),
        quantity: Quantity::whole(count).unwrap_or_else(|| Quantity::whole(1).expect("one is a quantity")),
        unit: None,
        unit_amount,
        tax_rate: None,
        tax_included: false,
    }
}
