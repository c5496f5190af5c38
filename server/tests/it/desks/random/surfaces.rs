//! Everywhere an amount due is shown: the API, traces, staff's pages, payers' pages, papers and reports say one figure.
//!
//! Invariants: after every act all that it touched is looked at, and the account; after the last act of a sequence everything there
//! is, lists, tables and reports included (`lists`). An act that changed nothing has the account looked at all the same.

mod lists;

use serde_json::Value;

use super::driver::Step;
use super::model::What;
use super::shop::Shop;

pub struct Surfaces<'s, 'a>(pub &'s Shop<'a>);

/// The first amount behind a place in a page, in minor units, without its sign.
fn shown(page: &str, place: &str) -> Result<i64, String> {
    let at = page.find(place).ok_or_else(|| format!("no {place} in {}", page.get(..2_000).unwrap_or(page)))?;
    minor(&page[at..]).ok_or_else(|| format!("no amount behind {place}"))
}

/// The first amount in this piece of a page.
fn minor(piece: &str) -> Option<i64> {
    let text = piece.split_once("value=\"")?.1.split('"').next()?;
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn same(what: &str, wanted: i64, found: i64) -> Result<(), String> {
    if wanted == found { Ok(()) } else { Err(format!("{what} says {found}, the model {wanted}")) }
}

impl Surfaces<'_, '_> {
    /// What the act touched, and the account; after the last act everything.
    pub async fn agree(&self, step: &Step<'_>) -> Result<(), String> {
        let model = &self.0.model;
        for (at, order) in self.0.orders.iter().enumerate() {
            let what = What::Order(at);
            if step.touched(model, what) {
                self.document("orders", order, model.due(what)).await?;
            }
        }
        for (at, invoice) in self.0.invoices.iter().enumerate() {
            if step.touched(model, What::Invoice(at)) {
                self.document("invoices", &invoice.id, self.due_of_invoice(at)).await?;
            }
        }
        for (what, url) in self.0.requests.iter().filter(|(what, _)| step.touched(model, *what)) {
            let due = if let What::Invoice(at) = what { self.due_of_invoice(*at) } else { model.due(*what) };
            self.payer(url, due).await?;
        }
        self.account().await?;
        if step.is_last { self.lists().await } else { Ok(()) }
    }

    /// A void one asks for nothing.
    fn due_of_invoice(&self, at: usize) -> i64 {
        let model = &self.0.model;
        if model.invoices[at] { 0 } else { model.due(What::Invoice(at)) }
    }

    async fn api(&self, path: &str, field: &str) -> Result<i64, String> {
        let answer = self.0.office.get(path).await.json(200);
        answer[field].as_i64().ok_or_else(|| format!("no {field} in {answer}"))
    }

    /// One order or invoice: alone, its trace, its pages, its paper.
    async fn document(&self, list: &str, id: &str, due: i64) -> Result<(), String> {
        let path = format!("/{list}/{id}");
        let visits = self.0.visits();
        same(&path, due, self.api(&path, "amount_due").await?)?;
        let trace = format!("{path}/explain");
        same(&trace, due, self.api(&trace, "amount_due").await?)?;
        let page = visits.staff.page(&format!("/admin{path}")).await;
        same(&format!("the page of {id}"), due, shown(&page, "id=\"figures\"")?)?;
        let told = visits.staff.page(&format!("/admin{path}/explain")).await;
        if !told.contains("</html>") {
            return Err(format!("the trace of {id} is not whole"));
        }
        let page = visits.inside.page(&format!("/portal/{}{path}", self.0.customer)).await;
        same(&format!("the customer's page of {id}"), due, shown(&page, "data-live=\"due\"")?)?;
        let paper = self.0.office.get(&format!("{path}/pdf")).await;
        let printed = paper.text.strip_prefix("%PDF-").map(|text| text.replace('.', "")).and_then(|text| text.parse().ok());
        let printed: i64 = printed.ok_or_else(|| format!("the paper of {id}: {} {}", paper.status, paper.text))?;
        same(&format!("the paper of {id}"), due, printed)
    }

    /// What a payer sees behind a request.
    async fn payer(&self, url: &str, due: i64) -> Result<(), String> {
        let (browser, clean) = self.0.office.payer(url).await;
        let page = browser.page(&clean).await;
        same(url, due, shown(&page, "data-live=\"due\"")?)
    }

    /// The account: the customer's page and link, the trace, the list, the reports.
    async fn account(&self) -> Result<(), String> {
        let (model, visits) = (&self.0.model, self.0.visits());
        let (balance, customer) = (model.balance(), &self.0.customer);
        let page = visits.staff.page(&format!("/admin/customers/{customer}")).await;
        same("the customer's page", balance.abs(), shown(&page, "id=\"balance-USD\"")?)?;
        let list = visits.staff.page("/admin/customers").await;
        same("the list of customers", balance.abs(), shown(&list, "<td class=\"c-amt\"><span class=\"strong\">")?)?;
        let link = visits.payer.page(&visits.page).await;
        same("the link", balance.abs(), shown(&link, "data-live=\"balance\"")?)?;
        let trace = format!("/customers/{customer}/explain");
        same(&trace, model.owed(), self.api(&trace, "amount_due").await?)?;
        same("the ageing report", model.open(), self.api("/reports/ageing", "total").await?)?;
        let statement = format!("/reports/statement?customer={customer}&from=2026-01-01&to={}", model.today);
        let closing = self.0.office.get(&statement).await.json(200)["closing"].clone();
        match closing {
            Value::Number(_) => same("the statement", balance, closing.as_i64().unwrap_or(i64::MIN)),
            other => Err(format!("the statement closes with {other}")),
        }
    }
}
