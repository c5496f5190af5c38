//! Clocks that differ: a customer's entries stand in the order in which they were posted, and no act is left out of the chain,
//! although a server starts with an earlier clock than the one before, or nodes see different times.

use books::calendar::Instant;
use books::entry::Side;
use books::ids::{CustomerId, EntryId};
use books::money::Currency;
use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::add_entry::{NewEntry, add_entry};
use engine::flows::call::Call;
use engine::jobs::keep_house;
use engine::keys::Keys;
use engine::services::Services;
use engine::store::event::{changes, take_up};
use engine::verify::verify;

use crate::kit::{Place, block_on};
use crate::shop::Shop;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

fn start() -> Instant {
    Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time")
}

/// A process that begins while its machine's clock shows this.
async fn begin(place: &Place, at: Instant) -> Services {
    let config = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
    let db = Db::open(&config, Clock::test(at)).expect("it opens");
    take_up(&db).await.expect("it looks where its ids go on");
    Services::new(db, Keys::open(&place.data.join("key")).expect("the key file"), "http://127.0.0.1:1".to_owned(), None)
}

async fn charge(services: &Services, call: &Call, customer: CustomerId) -> EntryId {
    let new = NewEntry {
        customer,
        side: Side::Charge,
        amount: 100,
        currency: Currency::from_code("USD").expect("a known code"),
        description: "Extra work".into(),
        effective_on: None,
        due_on: None,
        category: None,
        note: None,
    };
    add_entry(&services.db, call, new).await.expect("an entry").value
}

/// Everything is sealed once it is old enough for everybody, and the books agree.
async fn all_agrees(services: &Services) {
    services.db.clock().set(start().plus_seconds(3 * DAY));
    keep_house::tidy(services).await.expect("events are sealed");
    let report = verify(&services.db).await.expect("it can be looked at");
    assert!(report.agrees(), "{:#?}", report.businesses);
}

#[test]
fn a_server_that_starts_with_another_clock_goes_on_behind_what_is_kept() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (call, customer) = (shop.call.clone(), shop.other);
            shop.services.db.clock().advance_seconds(HOUR);
            let mut last = charge(&shop.services, &call, customer).await;
            shop.services.db.shutdown();
            // The clock was set back by an hour, then by a few seconds, was far ahead once, and was set back again.
            for seconds in [0, HOUR - 5, DAY, HOUR] {
                let services = begin(&place, start().plus_seconds(seconds)).await;
                for _ in 0..3 {
                    let entry = charge(&services, &call, customer).await;
                    assert!(entry > last, "{entry} behind {last}, by a clock that shows {seconds} s");
                    last = entry;
                }
                // What is a minute old by this clock is sealed, and what is still to come by it is waited for.
                services.db.clock().advance_seconds(61);
                keep_house::tidy(&services).await.expect("events are sealed");
                let report = verify(&services.db).await.expect("it can be looked at");
                assert!(report.agrees(), "{seconds}: {:#?}", report.businesses);
                services.db.shutdown();
            }
            let services = begin(&place, start()).await;
            all_agrees(&services).await;
            services.db.shutdown();
        });
    }
}

#[test]
fn nodes_whose_clocks_differ_write_one_customers_entries_in_order() {
    // Of SQLite only one process writes at a time.
    let place = Place::postgres();
    block_on(async {
        let shop = Shop::open(&place).await;
        let (call, customer) = (shop.call.clone(), shop.other);
        let nodes = [shop.services, begin(&place, start().plus_seconds(5)).await];
        let mut last = charge(&nodes[1], &call, customer).await;
        let mut next = async |node: &Services| {
            let entry = charge(node, &call, customer).await;
            assert!(entry > last, "{entry} behind {last}");
            last = entry;
        };
        for _ in 0..90 {
            for node in &nodes {
                next(node).await;
                // Live pages look for what other nodes did.
                changes(&node.db, node.db.clock().now().plus_seconds(-5)).await.expect("they are read");
                keep_house::tidy(node).await.expect("events are sealed");
                node.db.clock().advance_seconds(1);
            }
        }
        let report = verify(&nodes[0].db).await.expect("it can be looked at");
        assert!(report.agrees(), "{:#?}", report.businesses);

        // Whatever the clocks say: each shows another time at each act.
        let mut seed: u64 = 20_260_115;
        for _ in 0..100 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let node = &nodes[usize::from(seed >> 63 == 1)];
            let jump = i64::try_from((seed >> 33) % 7_200).expect("it is small") - HOUR;
            node.db.clock().set(start().plus_seconds(DAY + jump));
            next(node).await;
        }
        all_agrees(&nodes[0]).await;
        nodes.iter().for_each(|node| node.db.shutdown());
    });
}
