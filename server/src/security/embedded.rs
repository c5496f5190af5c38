//! The policy of a page of ours that holds a processor's own fields: the one kind of page on which a script of somebody else runs.
//!
//! Invariants: a script comes from the one origin of its row, live and never from us; beside it only our own files run, nothing
//! inline; no other page has any of these words. A processor without a row is never shown. Limits: trusted types are not asked
//! for here, because the processors' scripts do without them; a frame of a card's bank may stand at any https address where
//! Square's row says so. Source: docs.stripe.com/security/guide, developer.squareup.com (content security policy), 2026.

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
}

const ROWS: [Row; 1] = [Row {
    origin: "https://js.stripe.com",
    scripts: "https://js.stripe.com https://*.js.stripe.com",
    frames: "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    connects: "https://api.stripe.com",
    styles: "",
    images: "",
    popups: false,
}];

/// Left on an answer by the handler of such a page: it takes the place of the usual policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embeds {
    pub policy: String,
    pub opener: &'static str,
    pub permissions: &'static str,
}

/// The policy of the page that loads this script. None: no processor whose script we know. `leads_to`: where its forms may lead
/// besides to us.
pub fn embeds(script: &str, leads_to: &LeadsTo) -> Option<Embeds> {
    let row = ROWS.iter().find(|row| script.strip_prefix(row.origin).is_some_and(|rest| rest.starts_with('/')))?;
    let with = |own: &str, theirs: &str| if theirs.is_empty() { own.to_owned() } else { format!("{own} {theirs}") };
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src {}; font-src 'self'; connect-src {}; manifest-src 'self'; \
         worker-src 'self'; form-action {}; base-uri 'none'; object-src 'none'; frame-src {}; frame-ancestors 'none'; \
         report-uri /csp",
        with("'self'", row.scripts),
        with("'self'", row.styles),
        with("'self' data:", row.images),
        with("'self'", row.connects),
        with("'self'", &leads_to.0.join(" ")),
        row.frames,
    );
    Some(Embeds {
        policy,
        opener: if row.popups { "same-origin-allow-popups" } else { "same-origin" },
        permissions: "camera=(), microphone=(), geolocation=(), usb=(), payment=(self)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::headers::leads_to;

    #[test]
    fn each_script_has_the_policy_of_its_own_processor() {
        let stripe = embeds("https://js.stripe.com/v3/", &leads_to(["stripe"])).expect("it is known");
        assert_eq!(
            stripe.policy,
            "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self' https://api.stripe.com; manifest-src 'self'; \
             worker-src 'self'; form-action 'self' https://checkout.stripe.com; base-uri 'none'; object-src 'none'; \
             frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; frame-ancestors 'none'; \
             report-uri /csp"
        );
        assert_eq!((stripe.opener, stripe.permissions.ends_with("payment=(self)")), ("same-origin", true));
        for other in ["https://js.stripe.com.evil.example/v3/", "https://evil.example/", "http://js.stripe.com/v3/", ""] {
            assert_eq!(embeds(other, &leads_to([])), None, "{other}");
        }
    }
}
