//! Where many amounts stand together: lists, tables for spreadsheets, reports, the first page, the customer's own first page.

use super::{Surfaces, minor, same, shown};
use crate::desks::random::model::What;

/// The last amount in the row of a table that leads to this address.
fn in_row(page: &str, href: &str) -> Result<i64, String> {
    let missing = || format!("no row of {href}");
    let row = page.split_once(&format!("href=\"{href}\"")).ok_or_else(missing)?.1;
    let row = row.split("</tr>").next().ok_or_else(missing)?;
    row.rfind("value=\"").and_then(|at| minor(&row[at..])).ok_or_else(missing)
}

/// The cell under a heading, in the line that holds a word; minor units without sign.
fn in_table(csv: &str, word: &str, heading: &str) -> Result<i64, String> {
    let missing = || format!("no {heading} of {word} in {csv}");
    let head = cells(csv.lines().next().ok_or_else(missing)?);
    let at = head.iter().position(|cell| cell == heading).ok_or_else(missing)?;
    let line = csv.lines().skip(1).find(|line| line.contains(word)).ok_or_else(missing)?;
    let digits: String = cells(line).get(at).ok_or_else(missing)?.chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| missing())
}

/// The cells of a line; commas inside quotes are text.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.trim_start_matches('\u{feff}').trim_end().chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().expect("there is one at the beginning").push(other),
        }
    }
    cells
}

impl Surfaces<'_, '_> {
    /// Everything that shows more than one thing.
    pub(super) async fn lists(&self) -> Result<(), String> {
        self.documents_in_lists().await?;
        self.reports().await?;
        self.account_in_tables().await?;
        self.portal().await
    }

    async fn documents_in_lists(&self) -> Result<(), String> {
        let (shop, staff) = (self.0, &self.0.visits().staff);
        // One page of each list: a sequence makes fewer documents than that.
        let orders = staff.page("/admin/orders").await;
        for (at, id) in shop.orders.iter().enumerate() {
            same(
                &format!("{id} in the list"),
                shop.model.due(What::Order(at)),
                in_row(&orders, &format!("/admin/orders/{id}"))?,
            )?;
        }
        let invoices = staff.page("/admin/invoices").await;
        let table = staff.page("/admin/invoices.csv").await;
        let rows = shop.office.get("/invoices?limit=200").await.json(200);
        let number = |id: &str| rows["data"].as_array()?.iter().find(|row| row["id"] == id)?["number"].as_str();
        for (at, issued) in shop.invoices.iter().enumerate() {
            let (id, due) = (&issued.id, self.due_of_invoice(at));
            same(&format!("{id} in the list"), due, in_row(&invoices, &format!("/admin/invoices/{id}"))?)?;
            same(&format!("{id} in the table"), due, in_table(&table, number(id).unwrap_or(id), "amount_due")?)?;
        }
        Ok(())
    }

    async fn reports(&self) -> Result<(), String> {
        let (model, staff) = (&self.0.model, &self.0.visits().staff);
        let home = staff.page("/admin").await;
        same("the first page", model.owed(), shown(&home, "data-live=\"owed\"")?)?;
        let ageing = staff.page("/admin/reports/ageing").await;
        same("the page of the ageing", model.open(), shown(&ageing, "data-live=\"owed\"")?)?;
        let summary = staff.page(&format!("/admin/reports?from=2026-01-01&to={}", model.today)).await;
        same("the summary", model.balance().abs(), shown(&summary, "<dt>Balance at the end</dt>")?)?;
        let table = staff.page(&format!("/admin/reports/summary.csv?from=2026-01-01&to={}", model.today)).await;
        let liabilities = [
            ("Charged and not yet earned", model.not_yet_earned()),
            ("Tax payable", model.tax_payable()),
            ("Credit of customers, now", model.free()),
        ];
        for (name, wanted) in liabilities {
            same(name, wanted, shown(&summary, &format!("<dt>{name}</dt>"))?)?;
        }
        same("the table of the summary", model.balance().abs(), in_table(&table, "Balance at the end", "amount")?)?;
        if model.balance() != 0 || model.open() != 0 {
            let table = staff.page("/admin/reports/ageing.csv").await;
            same("the table of the ageing", model.open(), in_table(&table, &self.0.customer, "total")?)?;
        }
        Ok(())
    }

    async fn account_in_tables(&self) -> Result<(), String> {
        let (model, staff, customer) = (&self.0.model, &self.0.visits().staff, &self.0.customer);
        let table = staff.page("/admin/customers?format=csv").await;
        same("the table of customers", model.balance().abs(), in_table(&table, customer, "balance")?)?;
        // Newest first, so its first line has the balance that there is now.
        let table = staff.page(&format!("/admin/customers/{customer}?format=csv")).await;
        if table.contains("ent_") {
            same("the table of entries", model.balance().abs(), in_table(&table, "ent_", "balance_after")?)?;
        }
        let span = format!("from=2026-01-01&to={}", model.today);
        let statement = staff.page(&format!("/admin/customers/{customer}/statement?{span}")).await;
        if !statement.contains("</html>") {
            return Err("the statement's page is not whole".to_owned());
        }
        let paper = self.0.office.get(&format!("/customers/{customer}/statement.pdf?{span}")).await;
        if paper.status != 200 {
            return Err(format!("the statement's paper: {} {}", paper.status, paper.text));
        }
        Ok(())
    }

    /// What the customer sees first: the balance, each invoice, and of what is open each charge in one place.
    async fn portal(&self) -> Result<(), String> {
        let (shop, customer) = (self.0, &self.0.customer);
        let page = shop.visits().inside.page(&format!("/portal/{customer}")).await;
        same("the customer's own page", shop.model.balance().abs(), shown(&page, "data-live=\"balance\"")?)?;
        let listed = page.split_once("data-live=\"invoices\"").map_or("", |(_, rest)| rest);
        for (at, issued) in shop.invoices.iter().enumerate() {
            let found = in_row(listed, &format!("/portal/{customer}/invoices/{}", issued.id))?;
            same(&format!("{} among the customer's", issued.id), self.due_of_invoice(at), found)?;
        }
        let open =
            page.split_once("data-live=\"open\"").and_then(|(_, rest)| rest.split("</section>").next()).unwrap_or_default();
        let open = open.split_once("<ul class=\"choices\">").map_or("", |(_, list)| list.split("</ul>").next().unwrap_or(""));
        let sum: i64 = open.split("</div><data").skip(1).filter_map(minor).sum();
        same("what is open, piece by piece", shop.model.open(), sum)
    }
}
