//! What the processor sent to the merchant's bank.

use std::collections::BTreeMap;

use processors::{Capability, Payout, RefundRequest};

use crate::stage::{DAY, Role, Stage, done, usd};

async fn all(stage: &dyn Stage) -> BTreeMap<String, Payout> {
    let (mut payouts, mut cursor) = (BTreeMap::new(), None::<String>);
    loop {
        let page = done(stage.processor().payouts(cursor.as_deref(), stage.now()).await);
        for payout in page.payouts {
            let lines: i64 = payout.lines.iter().map(|line| line.amount.minor).sum();
            assert_eq!(lines - payout.fees.minor - payout.kept.minor, payout.net.minor);
            if let Some(before) = payouts.insert(payout.id.clone(), payout.clone()) {
                assert_eq!(before, payout, "a payout never changes once it was listed");
            }
        }
        if !page.more {
            return payouts;
        }
        cursor = Some(page.cursor);
    }
}

fn sum(payouts: &BTreeMap<String, Payout>) -> i64 {
    payouts.values().map(|payout| payout.net.minor + payout.fees.minor).sum()
}

pub async fn payouts_add_up_to_what_was_kept(stage: &dyn Stage) {
    let kept = stage.captured(Role::Pays, usd(10_000)).await;
    let lost = stage.captured(Role::Disputed, usd(700)).await;
    let can_hold = stage.processor().capabilities().can(Capability::Authorize);
    let held = if can_hold { Some(stage.held(usd(9_999)).await.id) } else { None };
    assert_eq!(all(stage).await.len(), 0, "nothing arrives at once");
    let partly = stage.refundable(Role::Pays, usd(5_000)).await;
    let refund = RefundRequest { charge: partly.id.clone(), amount: usd(1_500), reason: "one item returned".into() };
    done(stage.processor().refund(&stage.attempt(), &refund).await);

    stage.pass(4 * DAY).await;
    let first = all(stage).await;
    assert_eq!(sum(&first), 10_000 + 3_500, "the disputed charge was kept back");
    assert!(
        first.values().all(|payout| payout.lines.iter().all(|line| Some(&line.charge) != held.as_ref())),
        "what is held is not paid out"
    );

    let later = RefundRequest { charge: kept.id.clone(), amount: usd(10_000), reason: "all of it".into() };
    done(stage.processor().refund(&stage.attempt(), &later).await);
    stage.pass(3 * DAY).await;
    let second = all(stage).await;
    assert_eq!(sum(&second), 3_500, "what was paid out and refunded since is taken back");
    for (id, payout) in first {
        assert_eq!(second.get(&id), Some(&payout));
    }
    let of_lost = second.values().flat_map(|payout| &payout.lines).filter(|line| line.charge == lost.id);
    assert_eq!(of_lost.map(|line| line.amount.minor).sum::<i64>(), 0, "what is disputed stays away, however it is told");
}
