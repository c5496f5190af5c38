//! Who looks at pages: staff, somebody in the customer's own pages, a payer behind the customer's link.
//!
//! Invariant: they come in once a day, because sessions do not outlive one, and look at any number of pages.

use books::calendar::Day;
use engine::store::user::Role;
use serde_json::json;

use super::shop::Shop;
use crate::admin::browser::Browser;

pub struct Visits<'a> {
    day: Day,
    pub staff: Browser<'a>,
    /// Staff who act as the customer.
    pub inside: Browser<'a>,
    pub payer: Browser<'a>,
    /// The clean address behind the customer's link.
    pub page: String,
}

impl<'a> Shop<'a> {
    /// Everybody comes in, unless they did today.
    pub async fn comes_in(&mut self) {
        if self.visits.as_ref().is_some_and(|visits| visits.day == self.model.today) {
            return;
        }
        if self.visits.is_none() {
            self.office.post("/settings", &json!({"act_as_customer": "owner"})).await.json(200);
        }
        let staff = self.office.staff(Role::Owner).await;
        let entered = staff.post(&format!("/admin/customers/{}/act", self.customer), &[]).await;
        assert_eq!(entered.status.as_u16(), 303, "{}", entered.text);
        let portal = entered.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let inside = Browser { app: staff.app, cookie: format!("{}; {portal}", staff.cookie) };
        let (payer, page) = self.office.payer(&self.link).await;
        self.visits = Some(Visits { day: self.model.today, staff, inside, payer, page });
    }

    pub fn visits(&self) -> &Visits<'a> {
        self.visits.as_ref().expect("they came in at the beginning")
    }
}
