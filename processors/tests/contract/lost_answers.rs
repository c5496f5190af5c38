//! F5: the processor acts, or not, and we do not hear which. Ten thousand times; nothing may be taken twice, and nothing
//! that was taken may be called failed.

use std::collections::BTreeMap;

use books::ids::AttemptId;
use processors::{Asked, Attempt, Capability, CaptureRequest, Outcome, RefundRequest, Remote, Resolved};

use crate::stage::{Line, Met, Role, Stage, done, of_saved, on_page, unknown, usd};
use crate::stages;

/// What the books believe after resolving everything, to be held against the processor's own record.
#[derive(Default)]
struct Believed {
    captured: BTreeMap<AttemptId, i64>,
    refunded: BTreeMap<AttemptId, i64>,
    found: usize,
    absent: usize,
}

#[tokio::test]
async fn ten_thousand_lost_answers() {
    for (name, set) in stages() {
        let stage = set(serde_json::json!({})).await;
        let mut believed = Believed::default();
        let rounds = stage.rounds();
        let claims = stage.processor().capabilities().clone();
        let kept = if claims.can(Capability::SavedMethods) { Some(stage.saved(Role::Pays).await) } else { None };
        for round in 0..rounds {
            let line = [Line::LosesAnswer, Line::Silent, Line::ServerError][round % 3];
            match (round % 5, &kept) {
                (0 | 1, Some((customer, method))) => {
                    let asked = Asked::Charge(of_saved(customer, method, usd(100)));
                    charge(&*stage, asked, line, &mut believed).await;
                }
                (3, _) => refund(&*stage, line, &mut believed).await,
                (4, _) if claims.can(Capability::Authorize) => capture(&*stage, line, &mut believed).await,
                _ => page(&*stage, line, &mut believed).await,
            }
        }
        let truth = stage.truth().await;
        let double = truth.iter().filter(|charge| charge.captured.minor > 100).count();
        assert_eq!(double, 0, "{name}: double captures");
        let captured: BTreeMap<_, _> =
            truth.iter().map(|charge| (charge.attempt, charge.captured.minor)).filter(|it| it.1 > 0).collect();
        assert_eq!(captured, believed.captured, "{name}: what was taken is what we believe, charge by charge");
        let refunded: BTreeMap<_, _> =
            truth.iter().map(|charge| (charge.attempt, charge.refunded.minor)).filter(|it| it.1 > 0).collect();
        assert_eq!(refunded, believed.refunded, "{name}: and so is what went back");
        let repeats = stage.repeats(processors::Operation::Charge);
        let ended = believed.found + believed.absent;
        assert!(ended == rounds && believed.found > rounds / 4, "{name}: every one was ended");
        assert!(repeats || believed.absent > rounds / 2, "{name}: both endings were met");
        eprintln!("{name}: {rounds} lost answers, {} found, {} proven absent, 0 wrong", believed.found, believed.absent);
    }
}

/// Asks over a broken line, resolves, and asks anew with another key when that is allowed. Gives what was done in the end.
async fn ask_until_known(stage: &dyn Stage, asked: &Asked, line: Line, believed: &mut Believed) -> (Attempt, Remote) {
    stage.break_line(&[line]).await;
    let attempt = stage.attempt();
    unknown(stage.ask(&attempt, asked).await);
    let mut resolved = stage.processor().resolve(&attempt, asked, stage.now()).await;
    if matches!(resolved, Resolved::StillUnknown { .. }) && stage.sure_after() > 0 {
        stage.pass(stage.sure_after()).await;
        resolved = stage.processor().resolve(&attempt, asked, stage.now()).await;
    }
    // A page whose address nobody heard is nowhere, whether it was made or not.
    let unseen = matches!(asked, Asked::Checkout(_)) && !stage.repeats_pages();
    match resolved {
        Resolved::Found(Outcome::Done(remote)) => {
            let repeated = stage.repeats(asked.operation());
            assert!(repeated || line == Line::LosesAnswer, "it never arrived, and yet it is there");
            believed.found += 1;
            (attempt, remote)
        }
        Resolved::ProvenAbsent => {
            assert!(unseen || line != Line::LosesAnswer, "a false failure: the processor acted");
            believed.absent += 1;
            // The lost call arrives after all: it must not act any more.
            let late = stage.ask(&Attempt { at: stage.now(), ..attempt }, asked).await;
            assert!(unseen || matches!(late, Outcome::Rejected(_)), "a dead key acted: {late:?}");
            let again = stage.attempt();
            (again, done(stage.ask(&again, asked).await))
        }
        other => panic!("the processor can be asked, and yet {other:?}"),
    }
}

async fn charge(stage: &dyn Stage, asked: Asked, line: Line, believed: &mut Believed) {
    let (attempt, remote) = ask_until_known(stage, &asked, line, believed).await;
    let charge = remote.charge().expect("a charge");
    assert_eq!((charge.attempt, charge.captured), (Some(attempt.id), usd(100)));
    believed.captured.insert(attempt.id, 100);
}

async fn page(stage: &dyn Stage, line: Line, believed: &mut Believed) {
    let (attempt, remote) = ask_until_known(stage, &Asked::Checkout(on_page(usd(100))), line, believed).await;
    let Remote::Checkout(page) = remote else { panic!("asked for a page") };
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    believed.captured.insert(attempt.id, 100);
}

async fn refund(stage: &dyn Stage, line: Line, believed: &mut Believed) {
    let charge = stage.refundable(Role::Pays, usd(100)).await;
    let of = charge.attempt.expect("it is ours");
    let asked = Asked::Refund(RefundRequest { charge: charge.id, amount: usd(40), reason: "lost".into() });
    ask_until_known(stage, &asked, line, believed).await;
    believed.captured.insert(of, 100);
    believed.refunded.insert(of, 40);
}

async fn capture(stage: &dyn Stage, line: Line, believed: &mut Believed) {
    let held = stage.held(usd(100)).await;
    let of = held.attempt.expect("it is ours");
    let asked = Asked::Capture(CaptureRequest { charge: held.id, amount: usd(100) });
    ask_until_known(stage, &asked, line, believed).await;
    believed.captured.insert(of, 100);
}

/// The lost call and the question about it race: whoever is first decides, and both agree.
#[tokio::test]
async fn a_late_call_and_the_question_about_it_agree() {
    for (name, set) in stages() {
        let stage = set(serde_json::json!({})).await;
        let (mut taken, mut absent) = (0, 0);
        if !stage.processor().capabilities().can(Capability::SavedMethods) {
            continue;
        }
        let (customer, method) = stage.saved(Role::Pays).await;
        for _ in 0..500 {
            let (processor, attempt) = (stage.processor(), stage.attempt());
            let request = of_saved(&customer, &method, usd(100));
            let asked = Asked::Charge(request.clone());
            let (late, resolved) =
                tokio::join!(processor.charge(&attempt, &request), processor.resolve(&attempt, &asked, stage.now()));
            match (late, resolved) {
                (Outcome::Done(_), Resolved::Found(Outcome::Done(_))) => taken += 100,
                (Outcome::Rejected(_), Resolved::ProvenAbsent) => absent += 1,
                // The processor was still at it when the second came: whoever asks again hears the one answer.
                (Outcome::Unknown { .. }, Resolved::Found(Outcome::Done(_))) => taken += 100,
                (Outcome::Done(_), Resolved::StillUnknown { .. }) => taken += 100,
                other => panic!("{name}: they disagree: {other:?}"),
            }
        }
        assert_eq!(stage.captured_in_truth().await, taken);
        assert!(taken > 0 || absent > 0, "{name}");
    }
}
