//! What a business says of itself on pages and papers, and how it collects. Left out: logo and texts of papers
//! (`dress_papers.rs`).

use std::collections::BTreeMap;

use books::calendar::{Day, Instant};
use books::ids::BusinessId;
use serde_json::{Value, json};

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::jobs::attach;
use crate::store::business::{Business, Limits, Settings};

/// At most so many further tries of a charge that failed.
pub const MOST_RETRIES: usize = 8;

/// Changes how the business collects. Checked before anything is kept.
pub async fn save_settings(db: &Db, call: &Call, new: Settings) -> Result<()> {
    let settings = checked(new)?;
    let done = rewrite(db, call, "settings_changed", move |business, now| {
        check_lock(&settings, business.today(now))?;
        business.collect_by(&settings)?;
        Ok(json!({ "locked_through": settings.locked_through }))
    });
    done.await.map(|_| ())
}

/// What changes about a business and how it collects: what is not named stays; an inner none takes the value away.
#[derive(Debug, Clone, Default)]
pub struct BusinessChange {
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub address: Option<Option<String>>,
    pub tax_id: Option<Option<String>>,
    pub color: Option<String>,
    pub footer: Option<Option<String>>,
    pub paper: Option<String>,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
    pub week_begins: Option<Option<i8>>,
    pub apply_credit: Option<bool>,
    pub tolerance: Option<i64>,
    pub locked_through: Option<Option<Day>>,
    pub notify: Option<Vec<String>>,
    pub link_days: Option<i64>,
    pub receipt_online: Option<bool>,
    pub receipt_external: Option<bool>,
    pub hold_messages: Option<bool>,
    /// `clerk`, `manager` or `owner`; an inner none: nobody may act as a customer.
    pub act_as_customer: Option<Option<String>>,
    /// All of them: what is not named has no limit of its own.
    pub limits: Option<BTreeMap<String, Limits>>,
    pub retry_days: Option<Vec<i64>>,
    /// Kinds of mails with which their paper goes along; all of them.
    pub attach_papers: Option<Vec<String>>,
}

impl BusinessChange {
    /// Checked values in place of the present ones.
    fn over(self, business: &mut Business, today: Day) -> Result<()> {
        let mut settings = business.settings()?;
        if let Some(name) = self.name {
            business.name = check::name("name", &name)?;
        }
        if let Some(email) = self.email {
            business.email = check::email_or_none("email", email.as_deref())?;
        }
        if let Some(phone) = self.phone {
            business.phone = check::short("phone", phone.as_deref())?;
        }
        if let Some(address) = self.address {
            business.address = check::lines("address", address.as_deref())?;
        }
        if let Some(tax_id) = self.tax_id {
            business.tax_id = check::short("tax_id", tax_id.as_deref())?;
        }
        if let Some(footer) = self.footer {
            business.footer = check::note("footer", footer.as_deref())?;
        }
        if let Some(color) = self.color {
            business.color = check_color(&color)?;
        }
        if let Some(paper) = self.paper {
            business.paper = check_paper(&paper)?;
        }
        if let Some(time_zone) = self.time_zone {
            business.time_zone = check_time_zone(&time_zone)?;
        }
        if let Some(locale) = self.locale {
            business.locale = check::locale("locale", &locale)?;
        }
        settings.week_begins = check_week(self.week_begins.unwrap_or(settings.week_begins))?;
        settings.apply_credit = self.apply_credit.unwrap_or(settings.apply_credit);
        settings.tolerance = self.tolerance.unwrap_or(settings.tolerance);
        settings.locked_through = self.locked_through.unwrap_or(settings.locked_through);
        settings.notify = self.notify.unwrap_or(settings.notify);
        settings.link_days = self.link_days.unwrap_or(settings.link_days);
        settings.receipt_online = self.receipt_online.unwrap_or(settings.receipt_online);
        settings.receipt_external = self.receipt_external.unwrap_or(settings.receipt_external);
        settings.hold_messages = self.hold_messages.unwrap_or(settings.hold_messages);
        settings.act_as_customer = self.act_as_customer.unwrap_or(settings.act_as_customer);
        settings.limits = self.limits.unwrap_or(settings.limits);
        settings.retry_days = self.retry_days.unwrap_or(settings.retry_days);
        settings.attach_papers = self.attach_papers.unwrap_or(settings.attach_papers);
        let settings = checked(settings)?;
        check_lock(&settings, today)?;
        business.collect_by(&settings)
    }
}

/// Changes some of what a business says of itself and how it collects. Idempotent by key.
pub async fn change_business(db: &Db, call: &Call, change: BusinessChange) -> Result<Done<BusinessId>> {
    rewrite(db, call, "settings_changed", move |business, now| {
        let today = business.today(now);
        change.clone().over(business, today)?;
        Ok(json!({ "locked_through": business.settings()?.locked_through }))
    })
    .await
}

/// Changes a business's own row, once under its key. `change` gets the row locked and the moment, and answers what the trail of acts
/// says of it under this kind; where it refuses, nothing is written.
pub(super) async fn rewrite<F>(db: &Db, call: &Call, kind: &'static str, change: F) -> Result<Done<BusinessId>>
where
    F: Fn(&mut Business, Instant) -> Result<Value> + Send + 'static,
{
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut business = tx.lock::<Business>(&[&by.business]).await?.ok_or(Error::NotFound)?;
        let data = change(&mut business, tx.now())?;
        tx.set(&business);
        let event = event_id(tx);
        Act { kind, subject: by.business.to_string(), customer: None, data, call: &by }.write(tx, event);
        Ok(Done::now(by.business))
    })
    .await
}

fn check_color(color: &str) -> Result<String> {
    match books::paper::parse_color(color) {
        Some(_) => Ok(color.to_lowercase()),
        None => Err(Error::invalid("color", "NOT_A_COLOR", "write a color like #1f6f5c")),
    }
}

fn check_paper(paper: &str) -> Result<String> {
    match paper {
        "a4" | "letter" => Ok(paper.to_owned()),
        _ => Err(Error::invalid("paper", "UNKNOWN", "the paper is a4 or letter")),
    }
}

fn check_time_zone(name: &str) -> Result<String> {
    match jiff::tz::TimeZone::get(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err(Error::invalid("time_zone", "UNKNOWN", "this is not a time zone such as Europe/Berlin")),
    }
}

fn check_week(begins: Option<i8>) -> Result<Option<i8>> {
    match begins {
        Some(day) if !(1..=7).contains(&day) => {
            Err(Error::invalid("week_begins", "OUT_OF_RANGE", "weeks begin on a day from 1 (Monday) to 7 (Sunday)"))
        }
        known => Ok(known),
    }
}

fn checked(settings: Settings) -> Result<Settings> {
    let notify = check::emails("notify", &settings.notify)?;
    if !(1..=3650).contains(&settings.link_days) {
        return Err(Error::invalid("link_days", "OUT_OF_RANGE", "a link lives 1 to 3,650 days"));
    }
    if !(0..=books::money::MAX_MINOR).contains(&settings.tolerance) {
        return Err(Error::invalid("tolerance", "OUT_OF_RANGE", "the tolerance is 0 or more"));
    }
    let acting = settings.act_as_customer.as_deref();
    if acting.is_some_and(|word| !["clerk", "manager", "owner"].contains(&word)) {
        return Err(Error::invalid("act_as_customer", "UNKNOWN", "the least role is clerk, manager or owner"));
    }
    check_limits(&settings.limits)?;
    let days = &settings.retry_days;
    if days.len() > MOST_RETRIES || days.iter().any(|day| !(1..=90).contains(day)) {
        return Err(Error::invalid("retry_days", "OUT_OF_RANGE", format!("at most {MOST_RETRIES} tries, 1 to 90 days apart")));
    }
    Ok(Settings { notify, attach_papers: checked_attach(settings.attach_papers)?, ..settings })
}

/// Each kind once, in the order in which they are published.
fn checked_attach(asked: Vec<String>) -> Result<Vec<String>> {
    if let Some(unknown) = asked.iter().find(|kind| !attach::KINDS.iter().any(|(known, _)| known == kind)) {
        return Err(Error::invalid("attach_papers", "UNKNOWN", format!("no paper goes with {unknown}")));
    }
    let wanted = attach::KINDS.iter().filter(|(known, _)| asked.iter().any(|kind| kind == known));
    Ok(wanted.map(|(known, _)| (*known).to_owned()).collect())
}

/// Whose limits there are: roles of people, and programs.
pub const LIMITED_ROLES: [&str; 4] = ["owner", "manager", "clerk", "key"];

fn check_limits(limits: &BTreeMap<String, Limits>) -> Result<()> {
    for (role, of) in limits {
        if !LIMITED_ROLES.contains(&role.as_str()) {
            let detail = format!("limits are of {}", LIMITED_ROLES.join(", "));
            return Err(Error::invalid(format!("limits.{role}"), "UNKNOWN", detail));
        }
        let all = [("refund", of.refund), ("write_off", of.write_off), ("credit", of.credit), ("adjustment", of.adjustment)];
        let wrong = all.iter().find(|(_, limit)| limit.is_some_and(|limit| !(0..=books::money::MAX_MINOR).contains(&limit)));
        if let Some((what, _)) = wrong {
            return Err(Error::invalid(format!("limits.{role}.{what}"), "OUT_OF_RANGE", "a limit is 0 or more"));
        }
    }
    Ok(())
}

fn check_lock(settings: &Settings, today: Day) -> Result<()> {
    match settings.locked_through {
        Some(day) if day >= today => {
            Err(Error::invalid("locked_through", "FUTURE_DATE", "the books can be locked through yesterday at the latest"))
        }
        _ => Ok(()),
    }
}
