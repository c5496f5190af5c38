//! Everywhere an amount due is shown: the API, traces, staff's pages, payers' pages, papers and reports say one figure.

use engine::store::user::Role;
use serde_json::Value;

use super::driver::Step;
use super::model::What;
use super::shop::Shop;
use crate::admin::browser::Browser;

pub struct Surfaces<'s, 'a> {
    shop: &'s Shop<'a>,
    staff: Browser<'a>,
}

/// The first amount behind a place in a page, in minor units, without its sign.
fn shown(page: &str, place: &str) -> Result<i64, String> {
    let at = page.find(place).ok_or_else(|| format!("no {place} in {page}"))?;
    let from = at + page[at..].find("value=\"").ok_or_else(|| format!("no amount behind {place}"))? + "value=\"".len();
    let text = page[from..].split('"').next().unwrap_or_default();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("{text} behind {place} is no amount"))
}

impl<'s, 'a> Surfaces<'s, 'a> {
    pub async fn of(shop: &'s Shop<'a>) -> Surfaces<'s, 'a> {
        Surfaces { shop, staff: shop.office.staff(Role::Owner).await }
    }

    /// What the act touched, and the account; after the last act everything.
    pub async fn agree(&self, step: &Step<'_>) -> Result<(), String> {
        let model = &self.shop.model;
        for (at, order) in self.shop.orders.iter().enumerate() {
            let what = What::Order(at);
            if step.touched(model, what) {
                self.document("orders", order, model.due(what)).await?;
                if let Some(url) = &self.shop.requests[at] {
                    self.payer(url, "data-live=\"due\"", model.due(what)).await?;
                }
            }
        }
        for (at, invoice) in self.shop.invoices.iter().enumerate() {
            let what = What::Invoice(at);
            if step.touched(model, what) {
                let due = if model.invoices[at] { 0 } else { model.due(what) };
                self.document("invoices", &invoice.id, due).await?;
            }
        }
        self.account().await
    }

    fn same(what: &str, wanted: i64, found: i64) -> Result<(), String> {
        if wanted == found { Ok(()) } else { Err(format!("{what} says {found}, the model {wanted}")) }
    }

    async fn api(&self, path: &str, field: &str) -> Result<i64, String> {
        let answer = self.shop.office.get(path).await.json(200);
        answer[field].as_i64().ok_or_else(|| format!("no {field} in {answer}"))
    }

    /// One order or invoice: alone, its trace, its page, its paper.
    async fn document(&self, list: &str, id: &str, due: i64) -> Result<(), String> {
        let path = format!("/{list}/{id}");
        Surfaces::same(&path, due, self.api(&path, "amount_due").await?)?;
        let trace = format!("{path}/explain");
        Surfaces::same(&trace, due, self.api(&trace, "amount_due").await?)?;
        let page = self.staff.page(&format!("/admin{path}")).await;
        Surfaces::same(&format!("the page of {id}"), due, shown(&page, "id=\"figures\"")?)?;
        let told = self.staff.page(&format!("/admin{path}/explain")).await;
        if !told.contains("</html>") {
            return Err(format!("the trace of {id} is not whole"));
        }
        let paper = self.shop.office.get(&format!("{path}/pdf")).await;
        let printed = paper.text.strip_prefix("%PDF-").map(|text| text.replace('.', "")).and_then(|text| text.parse().ok());
        let printed: i64 = printed.ok_or_else(|| format!("the paper of {id}: {} {}", paper.status, paper.text))?;
        Surfaces::same(&format!("the paper of {id}"), due, printed)
    }

    /// What a payer sees behind a link.
    async fn payer(&self, url: &str, place: &str, due: i64) -> Result<(), String> {
        let (browser, clean) = self.shop.office.payer(url).await;
        let page = browser.page(&clean).await;
        Surfaces::same(url, due, shown(&page, place)?)
    }

    /// The account: the customer's page and link, the trace, the list, the reports.
    async fn account(&self) -> Result<(), String> {
        let model = &self.shop.model;
        let (balance, customer) = (model.balance(), &self.shop.customer);
        let page = self.staff.page(&format!("/admin/customers/{customer}")).await;
        Surfaces::same("the customer's page", balance.abs(), shown(&page, "id=\"balance-USD\"")?)?;
        let list = self.staff.page("/admin/customers").await;
        Surfaces::same("the list of customers", balance.abs(), shown(&list, "<td class=\"c-amt\"><span class=\"strong\">")?)?;
        self.payer(&self.shop.link, "data-live=\"balance\"", balance.abs()).await?;
        let trace = format!("/customers/{customer}/explain");
        Surfaces::same(&trace, model.owed(), self.api(&trace, "amount_due").await?)?;
        Surfaces::same("the ageing report", model.open(), self.api("/reports/ageing", "total").await?)?;
        let statement = format!("/reports/statement?customer={customer}&from=2026-01-01&to={}", model.today);
        let closing = self.shop.office.get(&statement).await.json(200)["closing"].clone();
        match closing {
            Value::Number(_) => Surfaces::same("the statement", balance, closing.as_i64().unwrap_or(i64::MIN)),
            other => Err(format!("the statement closes with {other}")),
        }
    }
}
