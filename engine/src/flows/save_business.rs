//! What a business says of itself on pages and papers, and how it collects.

use super::audit::{Act, event_id};
use super::call::Call;
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::business::{Business, Settings};

/// The largest logo, in bytes.
pub const LOGO_BYTES: usize = 1 << 20;

/// Details that may be changed at any time. The currency is not among them.
#[derive(Debug, Clone)]
pub struct BusinessDetails {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub tax_id: Option<String>,
    pub color: String,
    /// None: keep the present one. Empty: none from now on.
    pub logo: Option<Vec<u8>>,
    pub footer: Option<String>,
    pub paper: String,
    pub time_zone: String,
}

/// Changes the details. Papers already issued keep what they say.
pub async fn save_business(db: &Db, call: &Call, new: BusinessDetails) -> Result<()> {
    let name = check::name("name", &new.name)?;
    let email = check::email_or_none("email", new.email.as_deref())?;
    let phone = check::short("phone", new.phone.as_deref())?;
    let tax_id = check::short("tax_id", new.tax_id.as_deref())?;
    let address = check::note("address", new.address.as_deref())?;
    let footer = check::note("footer", new.footer.as_deref())?;
    if books::paper::parse_color(&new.color).is_none() {
        return Err(Error::invalid("color", "NOT_A_COLOR", "write a color like #1f6f5c"));
    }
    if !matches!(new.paper.as_str(), "a4" | "letter") {
        return Err(Error::invalid("paper", "UNKNOWN", "the paper is a4 or letter"));
    }
    if jiff::tz::TimeZone::get(&new.time_zone).is_err() {
        return Err(Error::invalid("time_zone", "UNKNOWN", "this is not a time zone such as Europe/Berlin"));
    }
    if let Some(logo) = &new.logo {
        check_logo(logo)?;
    }
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut business = tx.lock::<Business>(&[&by.business]).await?.ok_or(Error::NotFound)?;
        business.name = name.clone();
        business.email = email.clone();
        business.phone = phone.clone();
        business.tax_id = tax_id.clone();
        business.address = address.clone();
        business.footer = footer.clone();
        business.color = new.color.to_lowercase();
        business.paper = new.paper.clone();
        business.time_zone = new.time_zone.clone();
        if let Some(logo) = &new.logo {
            business.logo = if logo.is_empty() { None } else { Some(logo.clone()) };
        }
        tx.set(&business);
        let event = event_id(tx);
        Act {
            kind: "business_changed",
            subject: by.business.to_string(),
            customer: None,
            data: serde_json::json!({}),
            call: &by,
        }
        .write(tx, event);
        Ok(())
    })
    .await
}

fn check_logo(logo: &[u8]) -> Result<()> {
    let known = logo.is_empty() || logo.starts_with(b"\x89PNG\r\n\x1a\n") || logo.starts_with(b"\xff\xd8\xff");
    if !known {
        return Err(Error::invalid("logo", "NOT_A_PICTURE", "the logo is a PNG or JPEG picture"));
    }
    if logo.len() > LOGO_BYTES {
        return Err(Error::invalid("logo", "TOO_LARGE", "the logo is at most 1 MB"));
    }
    Ok(())
}

/// Changes how the business collects. Checked before anything is kept.
pub async fn save_settings(db: &Db, call: &Call, new: Settings) -> Result<()> {
    let notify = check::emails("notify", &new.notify)?;
    if !(1..=3650).contains(&new.link_days) {
        return Err(Error::invalid("link_days", "OUT_OF_RANGE", "a link lives 1 to 3,650 days"));
    }
    if !(0..=books::money::MAX_MINOR).contains(&new.tolerance) {
        return Err(Error::invalid("tolerance", "OUT_OF_RANGE", "the tolerance is 0 or more"));
    }
    let settings = Settings { notify, ..new };
    let text = serde_json::to_string(&settings).map_err(|error| Error::Fault(format!("settings: {error}")))?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut business = tx.lock::<Business>(&[&by.business]).await?.ok_or(Error::NotFound)?;
        let today = business.today(tx.now());
        if settings.locked_through.is_some_and(|day| day >= today) {
            return Err(Error::invalid(
                "locked_through",
                "FUTURE_DATE",
                "the books can be locked through yesterday at the latest",
            ));
        }
        business.settings = text.clone();
        tx.set(&business);
        let event = event_id(tx);
        let data = serde_json::json!({ "locked_through": settings.locked_through });
        Act { kind: "settings_changed", subject: by.business.to_string(), customer: None, data, call: &by }.write(tx, event);
        Ok(())
    })
    .await
}
