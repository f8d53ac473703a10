use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use saaskit_kernel::{Email, EmailMessage, Timestamp};

/// A mail as it goes over the wire.
pub(crate) struct Composed {
    pub(crate) from: Address,
    pub(crate) to: Address,
    /// `<key@domain>`.
    pub(crate) message_id: String,
    pub(crate) bytes: Vec<u8>,
}

/// The mail as RFC 5322 text, the same bytes on every try at that time. Nothing, if its key or an address can't
/// stand in a header.
pub(crate) fn compose(mail: &EmailMessage, at: Timestamp) -> Option<Composed> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if mail.key.is_empty() || mail.key.len() > 128 || !mail.key.bytes().all(is_plain) {
        return None;
    }
    let (from, to) = (address(&mail.from.email)?, address(&mail.to.email)?);
    let message_id = format!("<{}@{}>", mail.key, from.domain());
    let bodies = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary(&mail.key))
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.text)?)
        .singlepart(part(ContentType::TEXT_HTML, &mail.html)?);
    let name = |mailbox: &saaskit_kernel::Mailbox| mailbox.name.as_ref().map(ToString::to_string);
    let message = Message::builder()
        .from(Mailbox::new(name(&mail.from), from.clone()))
        .to(Mailbox::new(name(&mail.to), to.clone()))
        .subject(mail.subject.as_str())
        .date(system_time(at))
        .message_id(Some(message_id.clone()))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(bodies)
        .ok()?;
    Some(Composed { from, to, message_id, bytes: message.formatted() })
}

/// The local part as its owner writes it, the domain as DNS knows it: then only a local part beyond ASCII needs a
/// server that knows such addresses.
fn address(email: &Email) -> Option<Address> {
    let (local, _) = email.original().split_once('@')?;
    let (_, domain) = email.normal().split_once('@')?;
    Address::new(local, domain).ok()
}

fn part(kind: ContentType, text: &str) -> Option<SinglePart> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable).ok()?;
    Some(SinglePart::builder().header(kind).body(body))
}

/// Quoted-printable never writes `=_`, so no body holds it.
fn boundary(key: &str) -> String {
    format!("=_{key}")
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.millis()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saaskit_kernel::{Mailbox, Name};

    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);

    fn mail(key: &str, to: &str, name: Option<Name>, subject: &str, text: &str) -> EmailMessage {
        let from = Mailbox {
            name: Name::parse("Acme").ok(),
            email: Email::parse("no-reply@bücher.example").unwrap(),
        };
        let to = Mailbox { name, email: Email::parse(to).unwrap() };
        EmailMessage::new(key, from, to, subject, text.to_owned(), format!("<p>{text}</p>"))
    }

    fn text(mail: &EmailMessage) -> String {
        String::from_utf8(compose(mail, NOON).unwrap().bytes).unwrap()
    }

    fn headers(text: &str) -> Vec<&str> {
        text.split("\r\n\r\n").next().unwrap().split("\r\n").collect()
    }

    #[test]
    fn every_header_a_receiver_looks_for_is_there() {
        let text = text(&mail("msg_1", "ana@example.org", None, "Hello", "x"));
        for header in [
            "From: Acme <no-reply@xn--bcher-kva.example>",
            "To: ana@example.org",
            "Subject: Hello",
            "Message-ID: <msg_1@xn--bcher-kva.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(headers(&text).contains(&header), "{header} in {text}");
        }
        assert!(text.contains("Date: ") && text.contains("multipart/alternative"), "{text}");
    }

    #[test]
    fn the_same_mail_is_the_same_bytes_on_every_try() {
        let mail = mail("msg_1", "ana@example.org", None, "Grüße", "ä");
        assert_eq!(text(&mail), text(&mail));
    }

    #[test]
    fn a_key_that_can_not_stand_in_a_header_is_refused() {
        for key in ["", "a b", "a>\r\nBcc: x@example.org", "ä", "a@b", &"a".repeat(129)] {
            assert!(compose(&mail(key, "ana@example.org", None, "x", "x"), NOON).is_none(), "{key:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_subject_or_body_makes_a_header_or_a_long_line(
            name in "\\PC{0,80}",
            subject in "[\\PC\r\n\0\t]{0,300}",
            body in "[\\PC\r\n.=_-]{0,2000}",
        ) {
            let mail = mail("msg_1", "ana@example.org", Name::parse(&name).ok(), &subject, &body);
            let text = text(&mail);
            let names: Vec<_> = headers(&text)
                .into_iter()
                .filter(|line| !line.starts_with([' ', '\t']))
                .filter_map(|line| line.split_once(':'))
                .map(|(name, _)| name)
                .collect();
            let mut expected = ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];
            expected.sort_unstable();
            let mut found = names;
            found.sort_unstable();
            prop_assert_eq!(found, expected);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= 998 && !line.contains(['\r', '\n']), "{}", line);
            }
            prop_assert_eq!(text.matches("--=_msg_1").count(), 3);
        }
    }
}
