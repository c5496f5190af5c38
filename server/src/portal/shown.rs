//! From sheets to what payers' pages show. Nothing internal passes: no notes, no staff, no ids of theirs.

use books::money::{Currency, Money};
use engine::services::Services;
use engine::sheets::link::LinkSheet;
use engine::sheets::order::OrderSheet;
use engine::store::business::Business;
use engine::store::entry::EntryLine;
use engine::store::order::OrderLine;
use engine::store::payment::Payment;
use processors::registry;

use super::views::documents::{PublicAmendment, PublicPayment, RecentEntry, Standing};
use super::views::{HowMuch, PayBox, PayForm, Paying, UnderWay};
use crate::forms::new_key;
use crate::view::form::Field;
use crate::view::shell::{self, PayerShell};
use crate::view::{Amount, Chip, Choice, Day, Figures, LineRow, Moment};

pub fn amount(minor: i64, currency: Currency) -> Amount {
    Amount::of(Money::new(minor, currency))
}

/// The frame of a payer's page.
pub fn shell(business: &Business, live: Option<String>) -> PayerShell {
    let brand = shell::Business {
        id: business.id.to_string(),
        name: business.name.clone(),
        initial: business.name.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default(),
        has_logo: business.logo.is_some(),
    };
    PayerShell {
        business: brand,
        contact_email: business.email.clone(),
        contact_phone: business.phone.clone(),
        live,
        notice: None,
    }
}

pub fn standing(balance: i64) -> Standing {
    match balance {
        ..=-1 => Standing::Owes,
        0 => Standing::Settled,
        1.. => Standing::InCredit,
    }
}

pub fn line_row(line: &OrderLine, currency: Currency) -> LineRow {
    let unit = line.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let price = amount(line.unit_amount, currency).text;
    let kind = match line.kind.as_str() {
        "item" => String::new(),
        other => Chip::of_state(other).text,
    };
    LineRow {
        description: line.description.clone(),
        detail: if line.quantity == "1" && unit.is_empty() {
            String::new()
        } else {
            format!("{}{unit} × {price}", line.quantity)
        },
        kind,
        tax_rate: line.tax_rate.as_ref().map(|rate| format!("{rate}%")).unwrap_or_default(),
        gross: amount(line.gross, currency),
        removed: line.removed_by.is_some(),
    }
}

/// Why an order was changed, in words.
pub fn reason(code: &str) -> &'static str {
    match code {
        "items_added" => "items added",
        "shipping" => "shipping",
        "extra_service" => "extra service",
        "correction" => "correction",
        _ => "other changes",
    }
}

pub fn amendments(sheet: &OrderSheet) -> Vec<PublicAmendment> {
    let zone = sheet.business.zone();
    let of = |id| sheet.lines.iter().filter(move |line| line.added_by == Some(id));
    let shown = sheet.amendments.iter().map(|row| PublicAmendment {
        on: Day::of(row.created_at.day_in(&zone)),
        reason: reason(&row.reason).to_owned(),
        lines: of(row.id).map(|line| line_row(line, sheet.order.currency)).collect(),
    });
    shown.filter(|row| !row.lines.is_empty()).collect()
}

/// Payments that count towards the order, oldest first.
pub fn payments(sheet: &OrderSheet) -> Vec<PublicPayment> {
    let zone = sheet.business.zone();
    let counted = sheet.payments.iter().rev().map(|payment| (payment, sheet.paid_by(payment.id))).filter(|(_, part)| *part > 0);
    counted
        .map(|(payment, part)| PublicPayment {
            on: Day::of(payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
            method: engine::sheets::payment::means(payment),
            amount: amount(part, payment.currency),
            status: Chip::of_state(payment.state.as_str()),
            receipt: None,
        })
        .collect()
}

pub fn figures(sheet: &OrderSheet) -> Figures {
    let currency = sheet.order.currency;
    let figures = sheet.figures;
    let live = |line: &&OrderLine| line.removed_by.is_none() && line.tax != 0;
    let mut taxes: Vec<(String, i64)> = Vec::new();
    for line in sheet.lines.iter().filter(live) {
        let name = format!("tax {}%", line.tax_rate.as_deref().unwrap_or("0"));
        match taxes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, tax)) => *tax += line.tax,
            None => taxes.push((name, line.tax)),
        }
    }
    Figures {
        net: None,
        taxes: taxes.into_iter().map(|(name, tax)| (name, amount(tax, currency))).collect(),
        total: amount(figures.total, currency),
        fees: amount(figures.fees, currency),
        paid: amount(figures.paid, currency),
        credited: amount(figures.credited, currency),
        written_off: amount(figures.written_off, currency),
        due: amount(figures.amount_due, currency),
        due_label: "Amount due",
    }
}

pub fn recent(line: &EntryLine) -> RecentEntry {
    let status = books::entry::entry_status(line.side, line.amount, line.allocated, line.reversed_by.is_some());
    let signed = if line.side == books::entry::Side::Charge { -line.amount } else { line.amount };
    RecentEntry {
        description: line.description.clone(),
        on: Day::of(line.effective_on),
        amount: amount(signed, line.currency),
        status: Some(Chip::of_state(status.as_str())),
        href: None,
    }
}

/// What a payer may do about the amount of a link. `refused`: why the last try did not go through.
pub fn paybox(services: &Services, sheet: &LinkSheet, base: &str, refused: Option<String>) -> PayBox {
    let currency = sheet.link.currency;
    let due = sheet.amount_due();
    let zone = sheet.business.zone();
    let pending = sheet.under_way.iter().find(|payment| is_under_way(payment, sheet));
    let paying = if let Some(payment) = pending {
        Paying::UnderWay(UnderWay {
            amount: amount(payment.amount, currency),
            since: Moment::of(payment.updated_at, &zone),
            unknown: payment.state == books::payment::PaymentState::Unknown,
            note: "Bank debits take two to three working days.".to_owned(),
        })
    } else if due == 0 && sheet.order.is_none() && sheet.balance > 0 {
        Paying::InCredit(amount(sheet.balance, currency))
    } else if due == 0 {
        Paying::Settled { on: None, receipt: None }
    } else if !sheet.link.can_pay {
        Paying::NotHere { why: "This page shows the balance; it cannot be paid here.".to_owned() }
    } else {
        match processor_title(services, sheet) {
            Some(processor) => Paying::Pay(PayForm {
                action: format!("{base}/pay"),
                key: new_key(),
                amount: amount(due, currency),
                how_much: how_much(sheet, due),
                processor,
                refused,
            }),
            None => Paying::NotHere {
                why: format!("{} cannot be paid online at present. Please ask how to pay.", sheet.business.name),
            },
        }
    };
    PayBox { paying }
}

fn is_under_way(payment: &Payment, sheet: &LinkSheet) -> bool {
    use books::payment::PaymentState as P;
    let meant = sheet.link.order_id.is_none() || payment.order_id.is_none() || payment.order_id == sheet.link.order_id;
    meant && matches!(payment.state, P::Pending | P::Unknown | P::Authorized)
}

fn processor_title(services: &Services, sheet: &LinkSheet) -> Option<String> {
    let live = sheet.connections.iter().filter(|connection| connection.state == "live");
    live.filter(|connection| services.connections.takes_checkout(connection, &sheet.business.name))
        .find_map(|connection| registry::find(&connection.kind))
        .map(|kind| kind.title.to_owned())
}

fn how_much(sheet: &LinkSheet, due: i64) -> HowMuch {
    let currency = sheet.link.currency;
    let due = Money::new(due, currency);
    let steps: Vec<i64> = sheet.link.steps.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match sheet.link.policy.as_str() {
        "minimum" => {
            let least = amount(sheet.link.minimum_amount.unwrap_or(1), currency);
            HowMuch::Typed {
                field: Field::of(due.to_decimal()),
                hint: format!("At least {}.", least.text),
                currency: currency.code(),
            }
        }
        "any" => HowMuch::Typed {
            field: Field::of(due.to_decimal()),
            hint: format!("Up to {}.", Amount::of(due).text),
            currency: currency.code(),
        },
        "steps" => {
            let whole = Choice::new(due.to_decimal(), format!("{}, all that is due", Amount::of(due).text), true);
            let parts = steps.into_iter().filter(|step| *step < due.minor).map(|step| {
                let part = Money::new(step, currency);
                Choice::new(part.to_decimal(), Amount::of(part).text, false)
            });
            HowMuch::Steps(std::iter::once(whole).chain(parts).collect())
        }
        _ => HowMuch::Full,
    }
}
