//! What may be done with a customer's account.

use books::capability::Answer;
use books::ids::{BusinessId, CustomerId};
use books::link::{LinkState, Policy};
use books::money::Money;

use super::payment::held_of;
use super::{Common, Rights, complete, reached};
use crate::error::Result;
use crate::flows::call::Actor;
use crate::flows::charge_saved::standing;
use crate::flows::start_checkout::policy;
use crate::services::Services;
use crate::store::{business, connection, customer, link, method, payment};

/// What may be done with a customer's account in the business's own currency.
pub async fn of_customer(services: &Services, of: BusinessId, id: CustomerId, actor: &Actor) -> Result<Vec<Answer>> {
    let (business, reached, balances, links, connections, under_way, methods) = services
        .db
        .read(async move |reader| {
            let business = business::one(reader, of).await?;
            let currency = business.currency;
            let reached = reached(reader, of, currency, id).await?;
            Ok((
                business,
                reached,
                customer::balances(reader, of, id).await?,
                link::of_customer(reader, of, id).await?,
                connection::of_business(reader, of).await?,
                payment::under_way(reader, of, id, currency).await?,
                method::of_customer(reader, of, id).await?,
            ))
        })
        .await?;
    let currency = business.currency;
    let reserved: i64 = under_way.iter().filter(|payment| payment.reserves()).map(|payment| payment.amount).sum();
    let balance = balances.iter().find(|row| row.currency == currency).map_or(0, |row| row.balance);
    let now = services.db.clock().now();
    let common = Common {
        business: &business,
        due: Money::new((-balance).max(0), currency),
        pending: (reserved > 0).then(|| Money::new(reserved, currency)),
        processors: services.connections.ability(&connections, &business.name)?,
        invoicing: services.connections.invoicing(&connections, &business.name),
        keying: services.connections.keying(&connections, &business.name),
        method: standing(methods.iter().find(|method| method.is_default), business.today(now)),
        held: held_of(&under_way, now),
        rights: Rights::of(actor, &business)?,
        reached: &reached,
        now,
    };
    let newest = links.iter().find(|link| link.currency == currency);
    let terms = match newest {
        Some(link) => policy(link)?,
        None => Policy::Full,
    };
    let state = newest.map_or(LinkState::Active, |link| link.state(now));
    let mut answers = Vec::new();
    answers.extend(common.paying(state, newest.is_none_or(|link| link.can_pay), &terms));
    answers.extend(common.taking()?);
    answers.push(common.message()?);
    Ok(complete(answers, "This belongs to one order, invoice or payment: open that one, or share the customer's link."))
}
