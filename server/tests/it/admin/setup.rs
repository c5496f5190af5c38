//! First run: the one-time link, its form, and what stands afterwards.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::create_business;
use engine::keys::Keys;
use engine::services::Services;
use server::app::App;
use server::cli::Common;
use server::config::{Config, PublicUrl};
use server::listen::Stop;
use server::papers::Papers;
use tower::ServiceExt;

use super::browser::body;
use crate::kit::{ADDRESS, PASSWORD, Place};

fn empty(place: &Place) -> Arc<App> {
    let at = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
    let db = Db::open(&at, Clock::system()).expect("a fresh database opens");
    let keys = Keys::open(&place.data.join("key")).expect("a fresh key file");
    let services = Services::new(db, keys, ADDRESS.to_owned(), None);
    let mut config = Config::load(&Common { data: Some(place.data.clone()), ..Common::default() }, None).expect("the defaults");
    config.configured_url = Some(PublicUrl::parse(ADDRESS).expect("a URL"));
    let papers = Papers {
        draw: |_, _| Ok(Vec::new()),
        built_in: |_| String::new(),
        data: |_, _| Ok(String::new()),
        errand: |_, _, _| Ok(Vec::new()),
        perform: |_| Ok(Vec::new()),
        worker: || Ok(std::process::Command::new("/bin/sh")),
    };
    App::new(config, services, papers, Stop::new())
}

/// Status, where it leads, the cookie, and the body.
async fn ask(app: &Arc<App>, method: &str, path: &str, cookie: &str, form: String) -> (u16, String, String, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .header("cookie", cookie)
        .body(Body::from(form))
        .expect("a request");
    let response = server::router::router(app).oneshot(request).await.expect("routers do not fail");
    let text = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().expect("ascii")).to_owned();
    let (status, to, set) = (response.status().as_u16(), text("location"), text("set-cookie"));
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body that ends");
    (status, to, set, String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn the_one_time_link_makes_a_business_and_signs_its_owner_in() {
    for place in Place::both() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(first_run(&place));
    }
}

async fn first_run(place: &Place) {
    let app = empty(place);
    let token = create_business::offer(&app.services.db).await.expect("a token");
    let path = format!("/setup/{token}");
    assert_eq!(ask(&app, "GET", "/setup/not-the-token", "", String::new()).await.0, 404);
    let (status, _, _, form) = ask(&app, "GET", &path, "", String::new()).await;
    assert!(status == 200 && form.contains("<option value=\"USD\" selected>") && form.contains("name=\"sandbox\""), "{form}");

    let mut fields = vec![
        ("business", "Lakeside Permits"),
        ("currency", "EUR"),
        ("time_zone", "Europe/Berlin"),
        ("name", "Mara Voss"),
        ("email", "not an address"),
        ("password", PASSWORD),
        ("sandbox", "on"),
    ];
    let (status, _, _, again) = ask(&app, "POST", &path, "", body(&fields)).await;
    assert_eq!(status, 422);
    assert!(again.contains("id=\"email-wrong\"") && again.contains("value=\"Lakeside Permits\""), "{again}");
    assert!(again.contains("<option value=\"EUR\" selected>") && !again.contains(PASSWORD), "a password is never sent back");

    fields[4].1 = "mara@lakeside.example";
    fields[5].1 = "short";
    let (status, _, _, again) = ask(&app, "POST", &path, "", body(&fields)).await;
    assert!(status == 422 && again.contains("id=\"password-wrong\""), "{again}");

    fields[5].1 = PASSWORD;
    let (status, to, cookie, text) = ask(&app, "POST", &path, "", body(&fields)).await;
    assert_eq!((status, to.as_str()), (303, "/admin"), "{text}");
    let session = cookie.split(';').next().expect("a cookie").to_owned();
    let (status, _, _, home) = ask(&app, "GET", "/admin", &session, String::new()).await;
    assert!(status == 200 && home.contains("<title>Home · Lakeside Permits</title>"), "{home}");
    assert!(home.contains("First steps") && home.contains("€0.00"), "{home}");
    let (_, _, _, processors) = ask(&app, "GET", "/admin/settings/processors", &session, String::new()).await;
    assert!(processors.contains("Sandbox") && processors.contains("chip ok\">Live"), "{processors}");

    assert_eq!(ask(&app, "GET", &path, "", String::new()).await.0, 404, "the link works once");
    assert_eq!(ask(&app, "POST", &path, "", body(&fields)).await.0, 404);
    app.services.db.shutdown();
}
