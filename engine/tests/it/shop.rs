//! A business for tests of the engine: two customers, Sandbox, and something of everything that can happen.

use std::sync::Arc;

use books::account::Target;
use books::calendar::Instant;
use books::entry::Side;
use books::ids::{CustomerId, InvoiceId, LinkId, OrderId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use books::paper::PaperKind;
use books::tax::{LineInput, LineKind, Quantity};
use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::act_as_customer::act_as_customer;
use engine::flows::add_entry::{NewEntry, add_entry};
use engine::flows::amend_order::{Amending, amend_order};
use engine::flows::call::{Actor, Call};
use engine::flows::connect_processor::{NewConnection, connect_processor};
use engine::flows::create_business::{NewBusiness, create_business};
use engine::flows::create_order::{NewOrder, create_order};
use engine::flows::credit_invoice::{Credited, Crediting, credit_invoice};
use engine::flows::draft_invoice::{NewInvoice, Texts, create_invoice};
use engine::flows::enter_portal::ask_for_entry;
use engine::flows::issue_invoice::{Issuing, issue_invoice};
use engine::flows::keep_method::save_token;
use engine::flows::keep_paper::{FirstPrint, keep_paper};
use engine::flows::open_link::{Opened, open_link};
use engine::flows::record_payment::{Part, Received, record_payment};
use engine::flows::refund_payment::{GiveBack, refund_payment};
use engine::flows::remote_invoice::{NewRemoteInvoice, make_remote_invoice};
use engine::flows::replace_template::replace_template;
use engine::flows::request_payment::{Asking, request_payment};
use engine::flows::reverse_entry::reverse_entry;
use engine::flows::save_business::save_settings;
use engine::flows::save_customer::{CustomerDetails, create_customer};
use engine::flows::save_e_invoicing::save_buyer;
use engine::flows::select_documents::select_documents;
use engine::flows::send_message::{NewMessage, To, send_message};
use engine::flows::send_statement::send_statement;
use engine::flows::start_checkout::{Next, start_checkout};
use engine::jobs::{follow_processor, keep_house, run_due};
use engine::keys::Keys;
use engine::press::{Fut, Press, Printable, Printed};
use engine::services::Services;
use engine::sheets::link::visited_link;
use engine::sheets::order::order_sheet;
use engine::sheets::payment_list::payment_list;
use engine::sheets::statement::Period;
use engine::store::business::{Business, Settings};
use engine::store::e_invoicing::BuyerDetails;
use engine::store::remote_invoice::remote_invoice;
use engine::store::user;
use processors::sandbox::{CardEntry, PageId};

use crate::kit::Place;

const DAY: i64 = 86_400;

/// A business with two customers and Sandbox.
pub struct Shop {
    pub services: Services,
    pub call: Call,
    pub customer: CustomerId,
    pub other: CustomerId,
    usd: Currency,
}

/// Stands for the press: papers with a number and nothing else.
struct Stamp;

impl Press for Stamp {
    fn print<'a>(&'a self, of: Printable<'a>) -> Fut<'a, engine::error::Result<Printed>> {
        let name = match of {
            Printable::Order { sheet, .. } => sheet.order.number.clone().unwrap_or_default(),
            Printable::Invoice { sheet, .. } => sheet.invoice.number.clone().unwrap_or_default(),
            Printable::CreditNote(sheet) => sheet.note.number.clone(),
            Printable::Receipt(sheet) => sheet.payment.number.clone(),
            Printable::Refund(sheet) => sheet.refund.number.clone(),
            Printable::Statement { .. } => "statement".to_owned(),
            Printable::Letter { .. } => "letter".to_owned(),
        };
        let bytes = format!("%PDF-{name}").into_bytes();
        Box::pin(async { Ok(Printed { name, bytes }) })
    }

    fn proof<'a>(&'a self, _: &'a Business, _: PaperKind, template: &'a str) -> Fut<'a, engine::error::Result<Vec<u8>>> {
        Box::pin(async move { Ok(template.as_bytes().to_vec()) })
    }

    fn built_in(&self, kind: PaperKind) -> String {
        kind.word().to_owned()
    }

    fn sample_data(&self, _: &Business, _: PaperKind) -> engine::error::Result<String> {
        Ok("{}".to_owned())
    }
}

impl Shop {
    pub async fn open(place: &Place) -> Shop {
        let config = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
        let start = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        let db = Db::open(&config, Clock::test(start)).expect("a fresh database opens");
        let keys = Keys::open(&place.data.join("key")).expect("a fresh key file");
        let mut services = Services::new(db, keys, "http://127.0.0.1:1".to_owned(), None);
        services.press = Some(Arc::new(Stamp));
        let usd = Currency::from_code("USD").expect("a known code");
        let new = NewBusiness {
            name: "Harbor Joinery".into(),
            currency: usd,
            owner_email: "owner@harbor.example".into(),
            owner_name: "The owner".into(),
            password: "a long enough password".into(),
            time_zone: "UTC".into(),
            api_key: true,
        };
        let made = create_business(&services.db, new).await.expect("a business");
        let call = Call::system(made.business, "test");
        let sandbox = NewConnection { kind: "sandbox".into(), name: None, settings: serde_json::json!({}) };
        connect_processor(&services, &call, sandbox).await.expect("Sandbox connects");
        let named = |name: &str| CustomerDetails {
            name: name.to_owned(),
            email: Some("pay@fern.example".into()),
            ..CustomerDetails::default()
        };
        let customer = create_customer(&services.db, &call, named("Fern & Field")).await.expect("a customer").value;
        let other = create_customer(&services.db, &call, named("Fjord Rowing")).await.expect("a customer").value;
        Shop { services, call, customer, other, usd }
    }

    pub async fn order(&self, customer: CustomerId, lines: Vec<LineInput>, state: OrderState) -> OrderId {
        let new = NewOrder { customer, kind: OrderKind::Order, currency: self.usd, lines, state, note: None };
        create_order(&self.services.db, &self.call, new).await.expect("an order").value
    }

    pub async fn amend(&self, order: OrderId, add: Vec<LineInput>, remove: Vec<books::ids::OrderLineId>) {
        let change = Amending { reason: "correction".into(), note: None, add, remove };
        amend_order(&self.services.db, &self.call, order, change).await.expect("an amendment");
    }

    pub async fn pay_outside(&self, customer: CustomerId, amount: i64, order: Option<OrderId>) {
        let received = Received {
            customer,
            amount,
            currency: self.usd,
            kind: "check".into(),
            reference: Some("1007".into()),
            received_on: None,
            memo: None,
            parts: order.map(|id| Part { target: Target::Order(id), amount: None }).into_iter().collect(),
            despite_pending: false,
            receipt: Some(true),
            tendered: None,
            category: None,
            description: None,
        };
        record_payment(&self.services.db, &self.call, received).await.expect("a payment");
    }

    pub async fn ask(&self, order: OrderId) -> LinkId {
        let request =
            request_payment(&self.services, &self.call, Target::Order(order), Asking::default()).await.expect("a request").value;
        let sheet = order_sheet(&self.services.db, self.call.business, order).await.expect("the order");
        sheet.requests.iter().find(|row| row.id == request).expect("it is on the order").link_id
    }

    /// A draft over one line of its own.
    pub async fn draft(&self, customer: CustomerId, amount: i64) -> InvoiceId {
        let new = NewInvoice {
            customer,
            currency: self.usd,
            lines: vec![line("Survey", amount)],
            entries: Vec::new(),
            texts: Texts { due_on: books::calendar::parse_day("2026-03-31"), ..Texts::default() },
        };
        create_invoice(&self.services.db, &self.call, new).await.expect("a draft").value
    }

    /// The same, issued.
    pub async fn bill(&self, customer: CustomerId, amount: i64) -> InvoiceId {
        let draft = self.draft(customer, amount).await;
        issue_invoice(&self.services, &self.call, draft, Issuing::default()).await.expect("issued").value
    }

    /// The payer opens the link, presses *Pay*, and, with a number, fills in Sandbox's page.
    pub async fn pay_online(&self, link: LinkId, number: Option<&str>) {
        let url = self.page_of(link).await;
        if let Some(number) = number {
            self.fill_in(&url, number).await;
            self.work().await;
        }
    }

    /// The payer opens the link and presses *Pay*. Answers the address of Sandbox's page.
    pub async fn page_of(&self, link: LinkId) -> String {
        let token = self.services.keys.link_token("request", link);
        let opened = open_link(&self.services.db, &token, "visitor-1", true, "r").await.expect("it opens");
        assert!(matches!(opened, Opened::Live(_)), "{opened:?}");
        let seen = visited_link(&self.services.db, "visitor-1", link).await.expect("the link");
        let Next::Page(url) = start_checkout(&self.services, &seen.link, None, "r").await.expect("a page") else {
            panic!("a page was expected")
        };
        url
    }

    /// Fills in Sandbox's page.
    pub async fn fill_in(&self, url: &str, number: &str) {
        let id: PageId = url.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
        let entry = CardEntry { number, exp: "12/30", cvc: "123", name: "A payer" };
        let connections = engine::store::connection::list(&self.services.db, self.call.business).await.expect("connections");
        let bank =
            connections.iter().find_map(|one| self.services.connections.open(one, "Harbor Joinery").expect("it opens").bank);
        bank.expect("Sandbox").pay_checkout(&id, &entry, self.services.db.clock().now()).await.expect("the bank answers");
    }

    pub async fn by_hand(&self, side: Side, amount: i64) -> books::ids::EntryId {
        let new = NewEntry {
            customer: self.other,
            side,
            amount,
            currency: self.usd,
            description: "Extra work".into(),
            effective_on: None,
            due_on: None,
            category: None,
            note: None,
        };
        add_entry(&self.services.db, &self.call, new).await.expect("an entry").value
    }

    pub async fn work(&self) {
        follow_processor::follow_all(&self.services).await.expect("the processor is followed");
        run_due(&self.services).await.expect("the jobs run");
    }

    pub async fn days(&self, days: i64) {
        for _ in 0..days {
            self.services.db.clock().advance_seconds(DAY);
            self.work().await;
        }
    }

    /// Part of what was paid by card goes back to it, and a card is saved.
    async fn give_back(&self, amount: i64) {
        let wanted = engine::store::payment::Wanted { limit: 10, ..Default::default() };
        let paid = payment_list(&self.services.db, self.call.business, wanted).await.expect("payments");
        let by_card =
            paid.iter().find(|one| one.payment.kind == "online" && one.payment.entry_id.is_some()).expect("one by card");
        let back = GiveBack {
            payment: by_card.payment.id,
            amount,
            reason: "One stool was broken".into(),
            to: None,
            reopens: Vec::new(),
            request_approval: false,
        };
        refund_payment(&self.services, &self.call, back).await.expect("a refund");
        let connections = engine::store::connection::list(&self.services.db, self.call.business).await.expect("connections");
        save_token(&self.services, &self.call, self.customer, connections[0].id, "tok_4242424242424242", false)
            .await
            .expect("a saved card");
        self.work().await;
    }

    /// Something of everything: paid, part paid, returned, pending, left on the page, reversed, amended, held back, sealed.
    /// A statement and a message are sent, documents are chosen together, and staff act as a customer.
    async fn write_and_send(&self) {
        let (db, keys) = (&self.services.db, &self.services.keys);
        let day = |text: &str| books::calendar::parse_day(text).expect("a day");
        let period = Period::new(day("2026-01-01"), day("2026-01-31")).expect("days in order");
        send_statement(db, keys, &self.call, self.customer, None, period).await.expect("a statement");
        let stool = self.order(self.customer, vec![line("Stool", 1_500)], OrderState::Confirmed).await;
        let chosen = vec![Target::Order(stool)];
        select_documents(db, keys, &self.call, self.customer, self.usd, chosen).await.expect("a choice");
        let new = NewMessage { to: To::These(vec![self.other]), subject: "We move".into(), body: "Soon.".into() };
        send_message(db, &self.call, new).await.expect("a message");
        let attach_papers = vec!["statement".to_owned(), "receipt".to_owned()];
        let settings = Settings { act_as_customer: Some("owner".into()), attach_papers, ..Settings::default() };
        save_settings(db, &self.call, settings).await.expect("the setting");
        let owner = user::list(db, self.call.business).await.expect("people").remove(0);
        let by_owner = Call { actor: Actor::User { id: owner.id, role: owner.role }, ..self.call.clone() };
        act_as_customer(db, &by_owner, self.customer).await.expect("into the customer's pages");
        let invoice = self.bill(self.other, 4_000).await;
        let crediting = Crediting {
            what: Credited::Amount(1_000),
            reason: "Late".into(),
            note: None,
            dated_on: None,
            destinations: Vec::new(),
            keep_fees: false,
            send: false,
            request_approval: false,
        };
        credit_invoice(&self.services, &self.call, invoice, crediting).await.expect("a credit note");
        let print = FirstPrint {
            about: invoice.to_string(),
            locale: "en".into(),
            customer: self.other,
            template: None,
            bytes: b"%PDF-".to_vec(),
        };
        for _ in 0..2 {
            assert_eq!(keep_paper(db, &self.call, print.clone()).await.expect("the first print"), b"%PDF-");
        }
        replace_template(&self.services, &self.call, PaperKind::Letter, "= Letter").await.expect("a template");
        save_buyer(db, &self.call, self.other, BuyerDetails::default()).await.expect("nothing is wrong with nothing");
        self.draft(self.other, 500).await;
        ask_for_entry(db, keys, "pay@fern.example", "test").await.expect("a way in");
        self.work().await;
    }

    /// Sandbox makes and mails an invoice for an order; it is paid there, or waits.
    async fn have_invoiced(&self, what: &str, number: Option<&str>) {
        let order = self.order(self.other, vec![line(what, 2_500)], OrderState::Confirmed).await;
        let new = NewRemoteInvoice { to: Some("pay@fern.example".into()), ..NewRemoteInvoice::default() };
        let made = make_remote_invoice(&self.services, &self.call, Target::Order(order), new).await.expect("an invoice").value;
        let row = remote_invoice(&self.services.db, self.call.business, made).await.expect("the invoice");
        if let Some(number) = number {
            self.fill_in(&row.url.expect("its page"), number).await;
            self.work().await;
        }
    }

    pub async fn be_busy(&self) {
        let table = self.order(self.customer, vec![line("Oak table", 48_000), discount(-1_000)], OrderState::Confirmed).await;
        self.pay_outside(self.customer, 20_000, Some(table)).await;
        self.amend(table, vec![line("Two stools", 7_550)], Vec::new()).await;
        let link = self.ask(table).await;
        self.services.db.clock().advance_seconds(60);
        self.pay_online(link, Some("4242424242424242")).await;

        self.give_back(1_000).await;
        self.pay_outside(self.customer, 1_000, Some(table)).await;

        let bench = self.order(self.customer, vec![taxed("Bench", 9_999), line("Shelf", 3_000)], OrderState::Confirmed).await;
        let sheet = order_sheet(&self.services.db, self.call.business, bench).await.expect("the order");
        self.amend(bench, Vec::new(), vec![sheet.lines[1].id]).await;
        let link = self.ask(bench).await;
        self.pay_online(link, Some("000222222227")).await;
        self.days(9).await;

        let pending = self.order(self.other, vec![line("Oars", 5_000)], OrderState::Confirmed).await;
        let link = self.ask(pending).await;
        self.pay_online(link, Some("000123456789")).await;
        let left = self.order(self.customer, vec![line("Door", 12_000)], OrderState::Confirmed).await;
        let link = self.ask(left).await;
        self.pay_online(link, None).await;
        self.order(self.customer, vec![line("Not yet", 1)], OrderState::Draft).await;
        self.have_invoiced("Rudder", Some("4242424242424242")).await;
        self.have_invoiced("Anchor", None).await;

        let mistake = self.by_hand(Side::Charge, 15_000).await;
        reverse_entry(&self.services.db, &self.call, mistake, "entered twice").await.expect("reversed");
        self.work().await;
        self.services.db.clock().advance_seconds(300);
        keep_house::tidy(&self.services).await.expect("events are sealed");

        self.write_and_send().await;

        // From here on free credit waits for a person; it stands beside an open charge.
        let settings = Settings { apply_credit: false, ..Settings::default() };
        save_settings(&self.services.db, &self.call, settings).await.expect("the setting");
        self.services.db.clock().advance_seconds(1);
        self.by_hand(Side::Charge, 900).await;
        self.by_hand(Side::Credit, 700).await;
    }
}

pub fn line(description: &str, unit_amount: i64) -> LineInput {
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

fn taxed(description: &str, unit_amount: i64) -> LineInput {
    LineInput {
        tax_rate: Some("8.25".parse().expect("a rate")),
        quantity: "1.5".parse().expect("a quantity"),
        ..line(description, unit_amount)
    }
}

fn discount(unit_amount: i64) -> LineInput {
    LineInput { kind: LineKind::Discount, ..line("For a friend", unit_amount) }
}
