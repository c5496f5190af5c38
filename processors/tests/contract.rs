//! One suite that every processor must pass, driven by what it claims.
//!
//! A processor takes part with a [`stage::Stage`]: its connector, and its remote side as a test plays it (a payer at the
//! page, time passing, a line that fails). Each claimed capability is exercised by at least one case; a claim without a case
//! fails, and so does a call that works without being claimed. What only Sandbox promises is in `sandbox_only`.

#[path = "contract/authorize_net_only.rs"]
mod authorize_net_only;
#[path = "contract/authorize_net_stage.rs"]
mod authorize_net_stage;
#[path = "contract/cases/mod.rs"]
mod cases;
#[path = "contract/localstripe.rs"]
mod localstripe;
#[path = "contract/lost_answers.rs"]
mod lost_answers;
#[path = "contract/opening.rs"]
mod opening;
#[path = "contract/paypal_only.rs"]
mod paypal_only;
#[path = "contract/paypal_payouts.rs"]
mod paypal_payouts;
#[path = "contract/paypal_stage.rs"]
mod paypal_stage;
#[path = "contract/sandbox_only.rs"]
mod sandbox_only;
#[path = "contract/sandbox_page.rs"]
mod sandbox_page;
#[path = "contract/sandbox_stage.rs"]
mod sandbox_stage;
#[path = "contract/square_only.rs"]
mod square_only;
#[path = "contract/square_stage.rs"]
mod square_stage;
#[path = "contract/stage.rs"]
mod stage;
#[path = "contract/stripe_meanwhile.rs"]
mod stripe_meanwhile;
#[path = "contract/stripe_only.rs"]
mod stripe_only;
#[path = "contract/stripe_stage.rs"]
mod stripe_stage;
#[path = "contract/vectors.rs"]
mod vectors;

use processors::{Capability, Fut};
use stage::Stage;

/// Sets a fresh stage whose connection claims less than the processor can do, as asked.
type SetStage = fn(serde_json::Value) -> Fut<'static, Box<dyn Stage>>;

/// Every processor there is, in the order of the registry.
const PROCESSORS: &[(&str, SetStage)] = &[
    ("sandbox", sandbox_stage::set),
    ("stripe", stripe_stage::set),
    ("square", square_stage::set),
    ("paypal", paypal_stage::set),
    ("authorize_net", authorize_net_stage::set),
];

fn stages() -> impl Iterator<Item = (&'static str, SetStage)> {
    PROCESSORS.iter().copied()
}

#[test]
fn every_kind_in_the_registry_takes_part() {
    let tested: Vec<_> = PROCESSORS.iter().map(|(name, _)| *name).collect();
    let known: Vec<_> = processors::registry::ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(tested, known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_claimed_is_true() {
    for (name, set) in stages() {
        let claims = set(serde_json::json!({})).await.processor().capabilities().claimed().to_vec();
        assert!(!claims.is_empty(), "{name} claims nothing");
        for claim in claims {
            let cases: Vec<_> = cases::of(claim).collect();
            assert!(!cases.is_empty(), "{name} claims {}, and no case exercises it", claim.name());
            for case in cases {
                eprintln!("{name}: {}: {}", claim.name(), case.name);
                (case.run)(&*set(serde_json::json!({})).await).await;
            }
        }
    }
}

#[tokio::test]
async fn whatever_is_not_claimed_is_refused() {
    for (name, set) in stages() {
        for claim in Capability::ALL {
            let stage = set(serde_json::json!({ claim.name(): false })).await;
            assert!(!stage.processor().capabilities().can(*claim), "{name}");
            cases::refuses(&*stage, *claim).await;
        }
    }
}

#[tokio::test]
async fn what_all_must_do_they_do() {
    for (name, set) in stages() {
        for case in cases::FOR_ALL {
            eprintln!("{name}: {}", case.name);
            (case.run)(&*set(serde_json::json!({})).await).await;
        }
    }
}
