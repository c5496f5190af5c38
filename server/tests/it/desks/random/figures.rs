//! The figures that the API gives, of each document, of the account and of each payment, are those of the model; and the checker of
//! the books finds nothing.

use serde_json::Value;

use super::model::What;
use super::shop::Shop;

impl Shop<'_> {
    pub async fn figures_agree(&self) -> Result<(), String> {
        let orders: Vec<&str> = self.orders.iter().map(String::as_str).collect();
        let invoices: Vec<&str> = self.invoices.iter().map(|issued| issued.id.as_str()).collect();
        self.documents_agree("orders", &orders).await?;
        self.documents_agree("invoices", &invoices).await?;
        let customer = self.office.get(&format!("/customers/{}", self.customer)).await.json(200);
        let (found, balance) = (&customer["balances"][0], self.model.balance());
        if found["balance"].as_i64().unwrap_or(0) != balance || found["amount_owed"].as_i64().unwrap_or(0) != self.model.owed() {
            return Err(format!("the balance is {balance} in the model and {customer}"));
        }
        self.payments_agree().await?;
        self.invoices_there_agree().await
    }

    async fn documents_agree(&self, list: &str, ids: &[&str]) -> Result<(), String> {
        let rows = self.office.get(&format!("/{list}?limit=200")).await.json(200);
        for (at, wanted) in ids.iter().enumerate() {
            let row = rows["data"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == **wanted));
            let row = row.ok_or_else(|| format!("{wanted} is not in the list"))?;
            let (what, void) = match list {
                "orders" => (What::Order(at), false),
                _ => (What::Invoice(at), self.model.invoices[at]),
            };
            let of = |name: &str| row[name].as_i64().unwrap_or(if name == "fees" && list == "orders" { 0 } else { -1 });
            let found = ["total", "fees", "paid", "credited", "written_off", "amount_due"].map(of);
            let model = self.model.six(what);
            let same = if void { row["state"] == "void" && found[5] == 0 } else { found == model };
            if !same {
                return Err(format!("{what:?} is {model:?} in the model and {row}"));
            }
        }
        Ok(())
    }

    async fn payments_agree(&self) -> Result<(), String> {
        let paid = self.office.get("/payments?limit=200&state=succeeded").await.json(200);
        for payment in &self.payments {
            let row = paid["data"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == payment.id.as_str()));
            let free = row.and_then(|row| row["unapplied"].as_i64());
            let model = self.model.credits[payment.credit].free;
            if free != i64::try_from(model).ok() {
                return Err(format!("{} is free by {model} in the model and {row:?}", payment.id));
            }
        }
        Ok(())
    }

    /// What was owed on a day, as it is known now.
    pub async fn balance_on(&self, day: &str) -> i64 {
        let then = self.office.get(&format!("/customers/{}?as_of={day}", self.customer)).await.json(200);
        then["balances"].as_array().and_then(|all| all.first()).and_then(|found: &Value| found["balance"].as_i64()).unwrap_or(0)
    }

    /// The checker of the books finds nothing.
    pub async fn books_agree(&self) -> Result<(), String> {
        let db = &self.office.app.services().db;
        let business = engine::store::business::business(db, self.office.business).await.map_err(|error| error.to_string())?;
        let report = engine::verify::verify_business(db, business).await.map_err(|error| error.to_string())?;
        if report.disagreements.is_empty() { Ok(()) } else { Err(format!("{:#?}", report.disagreements)) }
    }
}
