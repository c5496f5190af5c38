//! Reads notices of delivery, the mails that mail servers write about mails (RFC 3464).
//!
//! Invariant: a mail is known by its own Message-ID, which begins with its TypeID; no address is believed. Limits: the notice is
//! looked at as text, its first [`MOST`] characters; parts in another encoding than plain text are not decoded.

use books::ids::MailId;

/// The longest notice that is looked at.
const MOST: usize = 256 * 1024;
/// The longest reason that is kept.
const REASON: usize = 500;

/// That a mail was given up for one of its addresses or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub mail: MailId,
    /// One for each address that was given up; at least one.
    pub returned: Vec<Returned>,
}

/// One address that a mail was given up for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The address as the notice names it, and as it was before somebody's server sent it on. Empty where it names none.
    pub addresses: Vec<String>,
    /// In the server's own words.
    pub reason: String,
}

/// None: it is no such notice, gives nothing up, or is about no mail of ours.
pub fn read(notice: &str) -> Option<Bounce> {
    let end = notice.char_indices().nth(MOST).map_or(notice.len(), |(at, _)| at);
    let lines = unfolded(&notice[..end]);
    let returned: Vec<Returned> = lines.split(String::is_empty).filter_map(given_up).collect();
    let mail = ["Original-Message-ID", "Message-ID"]
        .iter()
        .flat_map(|name| values(&lines, name))
        .find_map(|value| value.trim_matches(['<', '>', ' ']).split('@').next()?.parse().ok())?;
    (!returned.is_empty()).then_some(Bounce { mail, returned })
}

/// What a group of lines about one address says, if that address was given up.
fn given_up(group: &[String]) -> Option<Returned> {
    let field = |name: &str| values(group, name).next();
    let failed = field("Action").is_some_and(|action| action.eq_ignore_ascii_case("failed"));
    let status = field("Status").unwrap_or_default();
    // A status of the fifth class is given up for good (RFC 3463).
    if !failed && !status.starts_with("5.") {
        return None;
    }
    let words = field("Diagnostic-Code").map(typed).filter(|words| !words.is_empty());
    let reason = words.map_or_else(|| format!("given up, status {status}"), ToOwned::to_owned);
    let addresses = ["Final-Recipient", "Original-Recipient"].iter().filter_map(|name| field(name));
    Some(Returned {
        addresses: addresses.map(|value| typed(value).trim_matches(['<', '>']).to_owned()).collect(),
        reason: reason.chars().filter(|letter| !letter.is_control()).take(REASON).collect(),
    })
}

/// What every field of this name says.
fn values<'l>(lines: &'l [String], name: &str) -> impl Iterator<Item = &'l str> {
    lines.iter().filter_map(move |line| {
        let (own, value) = line.split_once(':')?;
        own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// What stands behind the type of a value: `rfc822; pay@fern.example`.
fn typed(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, text)| text).trim()
}

/// Lines of headers, with what is folded over several put together.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: &str = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
        Message-ID: <20260101.1@mx.example>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
        Final-Recipient: rfc822; pay@fern.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <pay@fern.example>:\r\n    User unknown\r\n\r\n\
        --b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID:\r\n <mai_01h455vb4pex5vsknk084sn02q@harbor.example>\r\n--b--\r\n";

    #[test]
    fn a_notice_names_its_mail_and_its_reason() {
        let bounce = read(NOTICE).expect("a notice");
        assert_eq!(bounce.mail.to_string(), "mai_01h455vb4pex5vsknk084sn02q");
        let returned = |address: &str, reason: &str| Returned { addresses: vec![address.to_owned()], reason: reason.to_owned() };
        let unknown = returned("pay@fern.example", "550 5.1.1 <pay@fern.example>: User unknown");
        assert_eq!(bounce.returned, std::slice::from_ref(&unknown));
        let bare = NOTICE.replace("Diagnostic-Code: smtp; 550 5.1.1 <pay@fern.example>:\r\n    User unknown\r\n", "");
        assert_eq!(read(&bare).expect("a notice").returned, [returned("pay@fern.example", "given up, status 5.1.1")]);
        // One notice may be about several addresses; what is late alone is not given up.
        let second = "\r\n\r\nFinal-Recipient: rfc822;<away@fern.example>\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
            Final-Recipient: rfc822; late@fern.example\r\nAction: delayed\r\nStatus: 4.4.7\r\n\r\n--b\r\nContent-Type: message/rfc822";
        let several = NOTICE.replace("\r\n\r\n--b\r\nContent-Type: message/rfc822", second);
        assert_eq!(
            read(&several).expect("a notice").returned,
            [unknown, returned("away@fern.example", "given up, status 5.2.2")]
        );
    }

    #[test]
    fn what_is_late_or_no_notice_or_about_nothing_of_ours_is_none() {
        let late = NOTICE.replace("Action: failed", "Action: delayed").replace("5.1.1", "4.4.7");
        let foreign = NOTICE.replace("mai_01h455vb4pex5vsknk084sn02q", "somebody.elses");
        for text in ["", "Hello,\n\nI am on holiday.", &late, &foreign, "Status: 5.0.0", "Message-ID: mai_", "é: \u{0}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
