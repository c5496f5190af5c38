//! The policy of a page of ours that holds a processor's own fields: the one kind of page on which a script of somebody else runs.
//!
//! Invariants: a script comes from the one origin of its row, live and never from us; beside it only our own files run, nothing
//! inline but styles of PayPal's, and where a bank account is offered the one file of whoever finds it; no other page has any of
//! these words. A processor without a row is never shown. Limits: trusted types are not asked for here, because the processors'
//! scripts do without them; a frame of a card's bank may stand at any https address where Square's row says so. Source:
//! docs.stripe.com/security/guide, developer.squareup.com (content security policy), plaid.com/docs/link/web, 2026.

use processors::Fields;

use crate::security::headers::LeadsTo;

/// What one processor's script may do on the page that holds its fields.
struct Row {
    /// Where its script is loaded from.
    origin: &'static str,
    scripts: &'static str,
    frames: &'static str,
    connects: &'static str,
    styles: &'static str,
    images: &'static str,
    /// It opens a window of its own, which must find its way back to ours.
    popups: bool,
    /// It writes scripts into the page, which it marks with a word that is new for each answer.
    nonce: bool,
    /// Where its fields take bank accounts: whose script it brings into the page for that, and where that script asks.
    banks: Option<Banks>,
}

/// Whoever lets a payer choose a bank account, in a frame and in a window of the bank's.
struct Banks {
    scripts: &'static str,
    connects: &'static str,
}

const SQUARE: Row = Row {
    origin: "https://web.squarecdn.com",
    scripts: "https://web.squarecdn.com",
    // A card's bank asks in a frame of its own address.
    frames: "https:",
    connects: "https://connect.squareup.com https://pci-connect.squareup.com",
    styles: "https://web.squarecdn.com",
    images: "",
    popups: false,
    nonce: false,
    banks: Some(Banks { scripts: PLAID, connects: "https://production.plaid.com" }),
};

/// The one file of Plaid's that Square's script loads.
const PLAID: &str = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

const ROWS: [Row; 4] = [
    Row {
        origin: "https://js.stripe.com",
        scripts: "https://js.stripe.com https://*.js.stripe.com",
        frames: "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
        connects: "https://api.stripe.com",
        styles: "",
        images: "",
        popups: false,
        nonce: false,
        banks: None,
    },
    SQUARE,
    Row {
        origin: "https://sandbox.web.squarecdn.com",
        scripts: "https://sandbox.web.squarecdn.com",
        connects: "https://connect.squareupsandbox.com https://pci-connect.squareupsandbox.com",
        styles: "https://sandbox.web.squarecdn.com",
        banks: Some(Banks { scripts: PLAID, connects: "https://sandbox.plaid.com" }),
        ..SQUARE
    },
    Row {
        origin: "https://www.paypal.com",
        scripts: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
        frames: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
        connects: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
        // Its button writes styles of its own into the page, without the nonce.
        styles: "'unsafe-inline'",
        images: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
        popups: true,
        nonce: true,
        banks: None,
    },
];

/// Left on an answer by the handler of such a page: it takes the place of the usual policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embeds {
    pub policy: String,
    pub opener: &'static str,
    pub permissions: &'static str,
}

/// The policy of the page that holds these fields. None: no processor whose script we know, or one that takes no bank accounts
/// where they are offered. `leads_to`: where its forms may lead besides to us; `nonce`: new for each answer, for a script that
/// writes others into the page.
pub fn embeds(fields: &Fields, leads_to: &LeadsTo, nonce: &str) -> Option<Embeds> {
    let is_of = |row: &&Row| fields.script.strip_prefix(row.origin).is_some_and(|rest| rest.starts_with('/'));
    let row = ROWS.iter().find(is_of)?;
    let banks = if fields.banks { row.banks.as_ref()? } else { &Banks { scripts: "", connects: "" } };
    let with = |own: &str, theirs: &str| if theirs.is_empty() { own.to_owned() } else { format!("{own} {theirs}") };
    let scripts = if row.nonce { format!("'self' 'nonce-{nonce}'") } else { "'self'".to_owned() };
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src {}; font-src 'self'; connect-src {}; manifest-src 'self'; \
         worker-src 'self'; form-action {}; base-uri 'none'; object-src 'none'; frame-src {}; frame-ancestors 'none'; \
         report-uri /csp",
        with(&with(&scripts, row.scripts), banks.scripts),
        with("'self'", row.styles),
        with("'self' data:", row.images),
        with(&with("'self'", row.connects), banks.connects),
        with("'self'", &leads_to.0.join(" ")),
        row.frames,
    );
    Some(Embeds {
        policy,
        opener: if row.popups || fields.banks { "same-origin-allow-popups" } else { "same-origin" },
        permissions: "camera=(), microphone=(), geolocation=(), usb=(), payment=(self)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::headers::leads_to;

    fn fields(script: &str, banks: bool) -> Fields {
        Fields { script: script.to_owned(), given: Vec::new(), gives_token: true, banks }
    }

    fn of(script: &str, kind: &str) -> Embeds {
        embeds(&fields(script, false), &leads_to([kind]), "n1").expect("it is known")
    }

    #[test]
    fn each_script_has_the_policy_of_its_own_processor() {
        let stripe = of("https://js.stripe.com/v3/", "stripe");
        assert_eq!(
            stripe.policy,
            "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self' https://api.stripe.com; manifest-src 'self'; \
             worker-src 'self'; form-action 'self' https://checkout.stripe.com; base-uri 'none'; object-src 'none'; \
             frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; frame-ancestors 'none'; \
             report-uri /csp"
        );
        assert_eq!((stripe.opener, stripe.permissions.ends_with("payment=(self)")), ("same-origin", true));
        let square = of("https://web.squarecdn.com/v1/square.js", "square");
        assert_eq!(
            square.policy,
            "default-src 'none'; script-src 'self' https://web.squarecdn.com; style-src 'self' https://web.squarecdn.com; \
             img-src 'self' data:; font-src 'self'; connect-src 'self' https://connect.squareup.com \
             https://pci-connect.squareup.com; manifest-src 'self'; worker-src 'self'; form-action 'self' https://square.link \
             https://checkout.square.site; base-uri 'none'; object-src 'none'; frame-src https:; frame-ancestors 'none'; \
             report-uri /csp"
        );
        let trial = of("https://sandbox.web.squarecdn.com/v1/square.js", "square");
        assert!(
            trial.policy.contains("https://pci-connect.squareupsandbox.com") && !trial.policy.contains(" https://web.squarecdn")
        );
        let paypal = of("https://www.paypal.com/sdk/js?client-id=x", "paypal");
        assert!(paypal.policy.contains("script-src 'self' 'nonce-n1' https://*.paypal.com https://*.paypalobjects.com"));
        assert!(paypal.policy.contains("style-src 'self' 'unsafe-inline';"), "styles of its button, and no scripts");
        assert_eq!(paypal.policy.matches("unsafe").count(), 1);
        assert_eq!(paypal.opener, "same-origin-allow-popups");
        for other in ["https://js.stripe.com.evil.example/v3/", "https://evil.example/", "http://js.stripe.com/v3/", ""] {
            assert_eq!(embeds(&fields(other, false), &leads_to([]), "n1"), None, "{other}");
        }
    }

    #[test]
    fn whoever_finds_a_bank_account_has_words_only_where_one_is_offered() {
        let at = |script: &str, banks: bool| embeds(&fields(script, banks), &leads_to(["square"]), "n1");
        for (script, asks) in [
            ("https://web.squarecdn.com/v1/square.js", "https://production.plaid.com"),
            ("https://sandbox.web.squarecdn.com/v1/square.js", "https://sandbox.plaid.com"),
        ] {
            let (with, without) = (at(script, true).expect("known"), at(script, false).expect("known"));
            let added = with.policy.replace(&format!(" {PLAID}"), "").replace(&format!(" {asks}"), "");
            assert_eq!(added, without.policy, "one script, one place to ask, and nothing else");
            assert!(
                with.policy.contains(&format!("{PLAID}; style-src")) && with.policy.contains(&format!("{asks}; manifest-src"))
            );
            assert_eq!((with.opener, without.opener), ("same-origin-allow-popups", "same-origin"));
        }
        assert_eq!(at("https://js.stripe.com/v3/", true), None, "nobody else is let in by the way");
    }
}
