//! The main job, from the engine's side: a balance owed is asked for, paid on Sandbox's page and receipted. On both databases.

use books::account::Target;
use books::entry::Side;
use books::ids::{BusinessId, CustomerId, LinkId, OrderId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use books::payment::PaymentState;
use books::request::RequestState;
use books::tax::{LineInput, LineKind, Quantity};
use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::add_entry::{NewEntry, add_entry};
use engine::flows::amend_order::{Amending, amend_order};
use engine::flows::ask_processor::look;
use engine::flows::call::{Actor, Call};
use engine::flows::connect_processor::{NewConnection, connect_processor};
use engine::flows::create_business::{NewBusiness, create_business};
use engine::flows::create_order::{NewOrder, create_order};
use engine::flows::open_link::{Opened, open_link};
use engine::flows::record_payment::{Part, Received, record_payment};
use engine::flows::request_payment::{Asking, request_payment};
use engine::flows::reverse_entry::reverse_entry;
use engine::flows::save_customer::{CustomerDetails, create_customer};
use engine::flows::start_checkout::{Next, start_checkout};
use engine::jobs::{follow_processor, run_due};
use engine::keys::Keys;
use engine::services::Services;
use engine::sheets::customer::customer_sheet;
use engine::sheets::link::visited_link;
use engine::sheets::order::{OrderSheet, order_sheet};
use engine::store::entry::Wanted;
use processors::sandbox::{CardEntry, CheckoutStep, PageId};

use crate::kit::{Place, block_on};

/// A business with one customer and Sandbox, ready to act.
struct Shop {
    services: Services,
    call: Call,
    customer: CustomerId,
    usd: Currency,
    place: Place,
}

/// One node of an installation: a connection of its own to the same database and key file.
fn node(place: &Place) -> Services {
    let config = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
    let start = books::calendar::Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
    let db = Db::open(&config, Clock::test(start)).expect("a fresh database opens");
    let keys = Keys::open(&place.data.join("key")).expect("a fresh key file");
    Services::new(db, keys, "http://127.0.0.1:1".to_owned(), None)
}

impl Shop {
    async fn open(place: Place) -> Shop {
        let services = node(&place);
        let usd = Currency::from_code("USD").expect("a known code");
        let made = create_business(
            &services.db,
            NewBusiness {
                name: "Harbor Joinery".into(),
                currency: usd,
                owner_email: "owner@harbor.example".into(),
                owner_name: "The owner".into(),
                password: "a long enough password".into(),
                time_zone: "UTC".into(),
                api_key: true,
            },
        )
        .await
        .expect("a business");
        let call = Call { business: made.business, actor: Actor::System, request_id: "test".into(), key: None };
        let sandbox = NewConnection { kind: "sandbox".into(), name: None, settings: serde_json::json!({}) };
        connect_processor(&services, &call, sandbox).await.expect("Sandbox connects");
        let details =
            CustomerDetails { name: "Fern & Field".into(), email: Some("pay@fern.example".into()), ..CustomerDetails::default() };
        let customer = create_customer(&services.db, &call, details).await.expect("a customer").value;
        Shop { services, call, customer, usd, place }
    }

    async fn order(&self, amount: i64) -> OrderId {
        let new = NewOrder {
            customer: self.customer,
            kind: OrderKind::Order,
            currency: self.usd,
            lines: vec![line("Oak table", amount)],
            state: OrderState::Confirmed,
            note: None,
        };
        create_order(&self.services.db, &self.call, new).await.expect("an order").value
    }

    async fn pay_outside(&self, order: OrderId, amount: i64) -> engine::error::Result<books::ids::PaymentId> {
        let received = Received {
            customer: self.customer,
            amount,
            currency: self.usd,
            kind: "check".into(),
            reference: Some("1007".into()),
            received_on: None,
            memo: None,
            parts: vec![Part { target: Target::Order(order), amount: None }],
            despite_pending: false,
            receipt: None,
            tendered: None,
            category: None,
            description: None,
        };
        Ok(record_payment(&self.services.db, &self.call, received).await?.value)
    }

    async fn sheet(&self, order: OrderId) -> OrderSheet {
        order_sheet(&self.services.db, self.call.business, order).await.expect("the order's sheet")
    }

    async fn balance(&self) -> i64 {
        let wanted = Wanted { limit: 50, ..Wanted::default() };
        customer_sheet(&self.services.db, self.call.business, self.customer, None, wanted)
            .await
            .expect("the customer's sheet")
            .balance()
    }

    /// What Sandbox's page says to this card.
    async fn pay_on_page(&self, url: &str, number: &str) -> CheckoutStep {
        let id: PageId = url.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
        let bank = self.bank(self.call.business).await;
        let entry = CardEntry { number, exp: "12/30", cvc: "123", name: "A payer" };
        bank.pay_checkout(&id, &entry, self.services.db.clock().now()).await.expect("the bank answers")
    }

    async fn bank(&self, business: BusinessId) -> std::sync::Arc<processors::sandbox::Bank> {
        engine::store::connection::list(&self.services.db, business)
            .await
            .expect("connections")
            .into_iter()
            .find_map(|connection| self.services.connections.open(&connection, "Harbor Joinery").expect("it opens").bank)
            .expect("Sandbox has a bank")
    }

    async fn ask(&self, order: OrderId) -> LinkId {
        let asking =
            Asking { cc: vec!["books@fern.example".into()], notify: vec!["owner@harbor.example".into()], ..Asking::default() };
        let request = request_payment(&self.services, &self.call, Target::Order(order), asking).await.expect("a request").value;
        let sheet = self.sheet(order).await;
        sheet.requests.iter().find(|row| row.id == request).expect("it is on the order").link_id
    }

    /// The payer opens the link and starts to pay.
    async fn start(&self, link: LinkId, amount: Option<i64>) -> engine::error::Result<Next> {
        let token = self.services.keys.link_token("request", link);
        let Opened::Live(_) = open_link(&self.services.db, &token, "visitor-1", true, "r").await? else {
            panic!("the link is live")
        };
        let seen = visited_link(&self.services.db, "visitor-1", link).await?;
        start_checkout(&self.services, &seen.link, amount, "r").await
    }

    fn close(self) {
        self.services.db.shutdown();
        drop(self.place);
    }
}

fn line(description: &str, unit_amount: i64) -> LineInput {
    LineInput {
        kind: LineKind::Item,
        description: description.into(),
        quantity: Quantity::whole(1).expect("one"),
        unit: None,
        unit_amount,
        tax_rate: None,
        tax_included: false,
    }
}

fn page(next: Next) -> String {
    match next {
        Next::Page(url) => url,
        Next::Payment(id) => panic!("a page was expected, not {id}"),
    }
}

#[test]
fn an_order_is_amended_asked_for_and_paid_on_the_page() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let order = shop.order(48_000).await;
            shop.pay_outside(order, 20_000).await.expect("a deposit");
            let figures = shop.sheet(order).await.figures;
            assert_eq!((figures.total, figures.paid, figures.amount_due), (48_000, 20_000, 28_000));

            let change =
                Amending { reason: "items_added".into(), note: None, add: vec![line("Two stools", 7_550)], remove: Vec::new() };
            amend_order(&shop.services.db, &shop.call, order, change).await.expect("an amendment");
            let figures = shop.sheet(order).await.figures;
            assert_eq!((figures.total, figures.paid, figures.amount_due), (55_550, 20_000, 35_550));
            assert_eq!(shop.balance().await, -35_550);

            let link = shop.ask(order).await;
            run_due(&shop.services).await.expect("the request is mailed");
            let first = page(shop.start(link, None).await.expect("the page"));
            let again = page(shop.start(link, None).await.expect("the same page"));
            assert_eq!(first, again, "a second click leads to the page that is there");
            let sheet = shop.sheet(order).await;
            assert_eq!(sheet.requests[0].state, RequestState::Opened);
            assert_eq!(sheet.shown_state(), OrderState::Pending);

            let CheckoutStep::Paid { return_url } = shop.pay_on_page(&first, "4242424242424242").await else { panic!("it pays") };
            assert!(return_url.contains("/p/return/rcp_"));
            let payment = shop.sheet(order).await.payments[0].clone();
            assert_eq!(payment.state, PaymentState::Created, "nobody has asked the processor yet");
            look(&shop.services, &shop.call, payment.id).await.expect("the return asks");
            // The webhook and the record of changes come late and twice; they change nothing.
            follow_processor::follow_all(&shop.services).await.expect("the processor is followed");
            run_due(&shop.services).await.expect("the jobs run");
            look(&shop.services, &shop.call, payment.id).await.expect("a second return");

            let sheet = shop.sheet(order).await;
            let figures = sheet.figures;
            assert_eq!((figures.total, figures.paid, figures.amount_due), (55_550, 55_550, 0));
            assert_eq!(shop.balance().await, 0);
            assert_eq!(sheet.requests[0].state, RequestState::Paid);
            assert_eq!(sheet.shown_state(), OrderState::Confirmed);
            let paid: Vec<_> = sheet.payments.iter().filter(|payment| payment.state == PaymentState::Succeeded).collect();
            assert_eq!(paid.len(), 2, "the deposit and one payment online");
            let mails =
                engine::store::mail::outbox(&shop.services.db, shop.call.business, None, "", None, 50).await.expect("the outbox");
            let mut kinds: Vec<&str> = mails.iter().map(|mail| mail.kind.as_str()).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["payment_notice", "payment_request", "receipt"]);
            assert!(mails.iter().all(|mail| mail.state == "kept"));
            let request = mails.iter().find(|mail| mail.kind == "payment_request").expect("the request");
            assert!(request.body_text.contains("$355.50") && request.cc.contains("books@fern.example"), "{}", request.body_text);
            shop.close();
        });
    }
}

#[test]
fn a_declined_card_leaves_all_as_it_was_and_another_card_pays() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let order = shop.order(10_000).await;
            let link = shop.ask(order).await;
            let url = page(shop.start(link, None).await.expect("the page"));
            let step = shop.pay_on_page(&url, "4000000000000002").await;
            assert!(matches!(step, CheckoutStep::Declined { .. }), "{step:?}");
            assert_eq!(shop.balance().await, -10_000);
            let step = shop.pay_on_page(&url, "4242424242424242").await;
            assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
            follow_processor::follow_all(&shop.services).await.expect("the processor is followed");
            run_due(&shop.services).await.expect("the jobs run");
            assert_eq!(shop.balance().await, 0);
            shop.close();
        });
    }
}

#[test]
fn a_lost_answer_is_found_and_taken_once() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let order = shop.order(10_000).await;
            let link = shop.ask(order).await;
            let url = page(shop.start(link, None).await.expect("the page"));
            let step = shop.pay_on_page(&url, "4000000000000119").await;
            assert!(matches!(step, CheckoutStep::AnswerLost), "{step:?}");
            // No return, no webhook needed: the page is asked about when its time has come.
            shop.services.db.clock().advance_seconds(3600);
            run_due(&shop.services).await.expect("the jobs run");
            assert_eq!(shop.balance().await, 0);
            let charges = shop.bank(shop.call.business).await.charges(None, 10).await.expect("the bank's record").charges;
            assert_eq!(charges.len(), 1);
            shop.close();
        });
    }
}

#[test]
fn an_amended_order_closes_the_page_for_more_than_is_due() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let order = shop.order(10_000).await;
            let link = shop.ask(order).await;
            let url = page(shop.start(link, None).await.expect("the page"));
            shop.pay_outside(order, 4_000).await.expect("cash at the counter");
            run_due(&shop.services).await.expect("the jobs run");
            let step = shop.pay_on_page(&url, "4242424242424242").await;
            assert!(matches!(step, CheckoutStep::Closed { .. }), "{step:?}");
            let url = page(shop.start(link, None).await.expect("a new page"));
            assert!(matches!(shop.pay_on_page(&url, "4242424242424242").await, CheckoutStep::Paid { .. }));
            follow_processor::follow_all(&shop.services).await.expect("the processor is followed");
            run_due(&shop.services).await.expect("the jobs run");
            assert_eq!(shop.balance().await, 0);
            shop.close();
        });
    }
}

#[test]
fn a_bank_debit_reserves_settles_and_may_come_back() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let order = shop.order(10_000).await;
            let link = shop.ask(order).await;
            let url = page(shop.start(link, None).await.expect("the page"));
            let step = shop.pay_on_page(&url, "000222222227").await;
            assert!(matches!(step, CheckoutStep::BankDebitPending { .. }), "{step:?}");
            follow_processor::follow_all(&shop.services).await.expect("the processor is followed");
            run_due(&shop.services).await.expect("the jobs run");
            assert_eq!(shop.balance().await, -10_000);
            assert_eq!(shop.sheet(order).await.reserved(), 10_000);
            let refused = shop.pay_outside(order, 1_000).await.expect_err("one payment at a time");
            assert!(format!("{refused:?}").contains("PAYMENT_PENDING"), "{refused:?}");
            let refused = shop.start(link, None).await.expect_err("one payment at a time");
            assert!(format!("{refused:?}").contains("PAYMENT_PENDING"), "{refused:?}");
            for _ in 0..8 {
                shop.services.db.clock().advance_seconds(86_400);
                follow_processor::follow_all(&shop.services).await.expect("the processor is followed");
                run_due(&shop.services).await.expect("the jobs run");
            }
            assert_eq!(shop.balance().await, -10_000, "the bank returned it");
            assert_eq!(shop.sheet(order).await.reserved(), 0);
            shop.close();
        });
    }
}

#[test]
fn an_entry_by_hand_moves_the_balance_and_is_reversed_once() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let new = NewEntry {
                customer: shop.customer,
                side: Side::Charge,
                amount: 15_000,
                currency: shop.usd,
                description: "Extra work".into(),
                effective_on: None,
                due_on: None,
                category: None,
                note: None,
            };
            let entry = add_entry(&shop.services.db, &shop.call, new).await.expect("a charge").value;
            assert_eq!(shop.balance().await, -15_000);
            reverse_entry(&shop.services.db, &shop.call, entry, "entered twice").await.expect("reversed");
            assert_eq!(shop.balance().await, 0);
            let again = reverse_entry(&shop.services.db, &shop.call, entry, "again").await.expect_err("only once");
            assert!(format!("{again:?}").contains("ALREADY_REVERSED"), "{again:?}");
            shop.close();
        });
    }
}

/// One tab: opens the link, presses *Pay*, types the card, comes back; then the webhook and the jobs run too.
async fn a_tab(node: Services, call: Call, token: String, tab: usize, order: OrderId) -> engine::error::Result<()> {
    let Opened::Live(link) = open_link(&node.db, &token, &format!("tab {tab}"), true, "r").await? else { return Ok(()) };
    let Ok(Next::Page(url)) = start_checkout(&node, &link, None, "r").await else { return Ok(()) };
    let id: PageId = url.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
    let connections = engine::store::connection::list(&node.db, call.business).await?;
    let bank = node.connections.open(&connections[0], "Harbor Joinery")?.bank.expect("Sandbox has a bank");
    let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
    // A late tab is told that the page is closed; that is an answer, not a fault.
    bank.pay_checkout(&id, &entry, node.db.clock().now()).await.ok();
    for payment in order_sheet(&node.db, call.business, order).await?.payments {
        look(&node, &call, payment.id).await?;
    }
    follow_processor::follow_all(&node).await?;
    run_due(&node).await?;
    Ok(())
}

/// Many tabs on several nodes press *Pay*, type the card, come back, while the webhook arrives too: one payment.
#[test]
fn however_many_press_pay_on_however_many_nodes_it_is_paid_once() {
    for place in Place::both() {
        block_on(async {
            // SQLite has one writing process; PostgreSQL has as many nodes as there are.
            let other = place.url.is_some();
            let shop = Shop::open(place).await;
            let nodes = if other { vec![shop.services.clone(), node(&shop.place)] } else { vec![shop.services.clone()] };
            let order = shop.order(10_000).await;
            let link = shop.ask(order).await;
            let token = shop.services.keys.link_token("request", link);
            let tabs = (0..24).map(|tab| a_tab(nodes[tab % nodes.len()].clone(), shop.call.clone(), token.clone(), tab, order));
            for ended in futures_util::future::join_all(tabs).await {
                ended.expect("no tab ends in a fault");
            }
            run_due(&shop.services).await.expect("the jobs run");
            let sheet = shop.sheet(order).await;
            let paid = sheet.payments.iter().filter(|payment| payment.state == PaymentState::Succeeded).count();
            assert_eq!((paid, sheet.figures.amount_due, shop.balance().await), (1, 0, 0));
            let charges = shop.bank(shop.call.business).await.charges(None, 50).await.expect("the bank's record").charges;
            assert_eq!(charges.len(), 1, "the card was charged once");
            let mails = engine::store::mail::outbox(&shop.services.db, shop.call.business, None, "receipt", None, 50)
                .await
                .expect("mails");
            assert_eq!(mails.len(), 1, "one receipt");
            for node in &nodes[1..] {
                node.db.shutdown();
            }
            shop.close();
        });
    }
}

/// The shelf on the database keeps what the pretend bank relies on.
#[test]
fn the_shelf_of_sandbox_keeps_its_promises() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(place).await;
            let connection =
                engine::store::connection::list(&shop.services.db, shop.call.business).await.expect("connections")[0].clone();
            let shelf = engine::store::sandbox::SqlShelf::new(shop.services.db.clone(), shop.call.business, connection.id);
            processors::sandbox::shelf::check(&shelf).await.expect("it keeps what the bank relies on");
            shop.close();
        });
    }
}
