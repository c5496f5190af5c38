//! A browser without script: keeps its cookie, sends forms as they stand on the page.

use engine::flows::call::Call;
use engine::flows::manage_users::{NewUser, add_user};
use engine::store::user::Role;

use crate::kit::{Answer, OWNER, PASSWORD, TestApp};

/// Somebody's browser. Signed in when it holds a cookie.
pub struct Browser<'a> {
    pub app: &'a TestApp,
    pub cookie: String,
}

/// Text as it may stand in a form's body.
pub fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A form's body.
pub fn body(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// A key that no other form has.
pub fn fresh_key() -> String {
    server::forms::new_key()
}

impl<'a> Browser<'a> {
    /// Nobody yet.
    pub fn stranger(app: &'a TestApp) -> Browser<'a> {
        Browser { app, cookie: String::new() }
    }

    /// The owner, signed in by the form.
    pub async fn owner(app: &'a TestApp) -> Browser<'a> {
        Browser::signed_in(app, OWNER, PASSWORD).await
    }

    pub async fn signed_in(app: &'a TestApp, email: &str, password: &str) -> Browser<'a> {
        let mut browser = Browser::stranger(app);
        let answer = browser.sign_in(email, password, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin"), "{}", answer.text);
        browser
    }

    /// A new user of this role, signed in.
    pub async fn of_role(app: &'a TestApp, role: Role) -> Browser<'a> {
        let email = format!("{}@harbor.example", role.as_str());
        let new = NewUser { email: email.clone(), name: "Sam".to_owned(), role, password: PASSWORD.to_owned() };
        add_user(&app.services().db, &Call::system(app.business, "test"), new).await.expect("a user");
        Browser::signed_in(app, &email, PASSWORD).await
    }

    /// Sends the sign-in form; keeps the cookie if there is one.
    pub async fn sign_in(&mut self, email: &str, password: &str, next: &str) -> Answer {
        let form = body(&[("email", email), ("password", password), ("next", next)]);
        let answer = self.send("POST", "/admin/sign-in", &form).await;
        self.keep_cookie(&answer);
        answer
    }

    pub fn keep_cookie(&mut self, answer: &Answer) {
        if let Some(pair) = answer.header("set-cookie").split(';').next().filter(|pair| !pair.is_empty()) {
            self.cookie = pair.to_owned();
        }
    }

    /// Sends a form's body as it is.
    pub async fn send(&self, method: &str, path: &str, form: &str) -> Answer {
        let mut headers = vec![("accept", "text/html"), ("user-agent", "Firefox/140.0 Linux")];
        if !self.cookie.is_empty() {
            headers.push(("cookie", self.cookie.as_str()));
        }
        if method == "POST" {
            headers.extend([("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")]);
        }
        self.app.send(method, path, &headers, form.to_owned()).await
    }

    /// A page. Fails unless it is answered with 200.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.send("GET", path, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
        answer.text
    }

    /// Sends a form with a key of its own.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let key = fresh_key();
        let mut all = vec![("idempotency_key", key.as_str())];
        all.extend_from_slice(fields);
        self.send("POST", path, &body(&all)).await
    }

    /// Sends a form that must succeed; answers where it leads, without what it says was done.
    pub async fn does(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status.as_u16(), 303, "{path}: {}", answer.text);
        let to = answer.header("location").to_owned();
        to.split('?').next().unwrap_or_default().to_owned()
    }
}

/// The opening tag of the field with this name.
pub fn field<'p>(page: &'p str, name: &str) -> &'p str {
    let wanted = format!("name=\"{name}\"");
    let at = page.find(&wanted).unwrap_or_else(|| panic!("there is no field {name} in {page}"));
    let from = page[..at].rfind('<').expect("a tag begins before its name");
    let to = at + page[at..].find('>').expect("a tag ends");
    &page[from..=to]
}

/// What is said to be wrong with a field; empty: nothing.
pub fn wrong(page: &str, name: &str) -> String {
    let Some(at) = page.find(&format!("id=\"{name}-wrong\"")) else { return String::new() };
    let text = &page[at..at + page[at..].find("</span>").expect("a span ends")];
    text.rsplit('>').next().unwrap_or_default().to_owned()
}

/// The first address in the page that begins like this, up to its end.
pub fn address(page: &str, beginning: &str) -> String {
    let at = page.find(beginning).unwrap_or_else(|| panic!("no {beginning} in {page}"));
    page[at..].split(['"', '?', '<']).next().unwrap_or_default().to_owned()
}

/// The last part of a path, such as an id.
pub fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
