//! Reads notices of delivery, the mails that mail servers write about mails (RFC 3464).
//!
//! Invariant: a mail is known by its own Message-ID, which begins with its TypeID; no address is believed. Limits: the notice is
//! looked at as text, its first [`MOST`] characters; parts in another encoding than plain text are not decoded.

use books::ids::MailId;

/// The longest notice that is looked at.
const MOST: usize = 256 * 1024;
/// The longest reason that is kept.
const REASON: usize = 500;

/// That a mail was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub mail: MailId,
    /// In the server's own words.
    pub reason: String,
}

/// None: it is no such notice, gives nothing up, or is about no mail of ours.
pub fn read(notice: &str) -> Option<Bounce> {
    let end = notice.char_indices().nth(MOST).map_or(notice.len(), |(at, _)| at);
    let lines = unfolded(&notice[..end]);
    let field = |name: &str| {
        lines.iter().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let failed = field("Action").is_some_and(|action| action.eq_ignore_ascii_case("failed"));
    let status = field("Status").unwrap_or_default();
    // A status of the fifth class is given up for good (RFC 3463).
    if !failed && !status.starts_with("5.") {
        return None;
    }
    let ids = lines.iter().filter_map(|line| {
        let (own, value) = line.split_once(':')?;
        ["Original-Message-ID", "Message-ID"].iter().any(|name| own.trim().eq_ignore_ascii_case(name)).then(|| value.trim())
    });
    let mail = ids.filter_map(|value| value.trim_matches(['<', '>', ' ']).split('@').next()?.parse().ok()).next()?;
    let words = field("Diagnostic-Code").map(|code| code.split_once(';').map_or(code, |(_, text)| text).trim());
    let reason = match words {
        Some(words) if !words.is_empty() => words.to_owned(),
        _ => format!("given up, status {status}"),
    };
    Some(Bounce { mail, reason: reason.chars().filter(|letter| !letter.is_control()).take(REASON).collect() })
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
        assert_eq!(bounce.reason, "550 5.1.1 <pay@fern.example>: User unknown");
        let bare = NOTICE.replace("Diagnostic-Code: smtp; 550 5.1.1 <pay@fern.example>:\r\n    User unknown\r\n", "");
        assert_eq!(read(&bare).expect("a notice").reason, "given up, status 5.1.1");
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
