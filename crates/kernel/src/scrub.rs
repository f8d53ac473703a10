use std::net::{IpAddr, SocketAddr};

/// A text without what must not leave the house: mail addresses, phone numbers, network addresses and whatever could
/// be a token become `[email]`, `[number]`, `[address]` and `[token]`. Ids that name a row stay. It rather takes too
/// much.
pub fn scrub(text: &str) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = number(rest);
        if length > 0 && !ends_in_word(&scrubbed) {
            scrubbed.push_str("[number]");
            rest = &rest[length..];
        } else if is_delimiter(letter) {
            scrubbed.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            let (word, after) = rest.split_at(rest.find(is_delimiter).unwrap_or(rest.len()));
            let core = word.trim_end_matches(['.', ':', '!']);
            if let Some(label) = label(core) {
                scrubbed.push_str(label);
                scrubbed.push_str(&word[core.len()..]);
                rest = after;
            } else {
                // What stands behind a colon is looked at by itself: `tel:0721234567`.
                let end = word.find(':').map_or(word.len(), |at| at + 1);
                scrubbed.push_str(&word[..end]);
                rest = &rest[end..];
            }
        }
    }
    scrubbed
}

/// A token is at least so long.
const TOKEN: usize = 20;
/// A phone number has at least so many digits.
const DIGITS: usize = 7;

fn is_delimiter(letter: char) -> bool {
    letter.is_whitespace() || "\"'`<>()[]{},;|=/?#&".contains(letter)
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(|letter| !is_delimiter(letter) && letter != ':')
}

/// The length of the phone number a text begins with: digits that spaces, dots, hyphens or brackets may group. What
/// goes on in letters is none.
fn number(text: &str) -> usize {
    let begin = ["+", "%2B", "%2b"].into_iter().find(|plus| text.starts_with(plus)).map_or(0, str::len);
    let (mut digits, mut end) = (0, 0);
    for (at, letter) in text[begin..].char_indices() {
        match letter {
            '0'..='9' => {
                digits += 1;
                end = begin + at + 1;
            }
            ' ' | '-' | '.' | '(' | ')' if digits > 0 => {}
            _ => break,
        }
    }
    let mut after = text[end..].chars();
    let goes_on = match after.next() {
        Some(':' | '-') => after.next().is_some_and(char::is_alphanumeric),
        Some(letter) => letter.is_alphanumeric() || matches!(letter, '_' | '@' | '%'),
        None => false,
    };
    let is_address = text[..end].parse::<IpAddr>().is_ok();
    if digits >= DIGITS && !goes_on && !is_address { end } else { 0 }
}

fn label(word: &str) -> Option<&'static str> {
    let is_address = || word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok();
    let is_around =
        |at: &str| word.split_once(at).is_some_and(|(who, host)| !(who.is_empty() || host.is_empty()));
    if is_around("@") || is_around("%40") {
        Some("[email]")
    } else if is_address() {
        Some("[address]")
    } else if word.len() >= TOKEN && word.bytes().any(|byte| byte.is_ascii_digit()) && !is_id(word) {
        Some("[token]")
    } else {
        None
    }
}

/// What an id looks like: `usr_01h455vb4pex5vsknk084sn02q`.
fn is_id(word: &str) -> bool {
    word.split_once('_').is_some_and(|(prefix, suffix)| {
        (2..=4).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && suffix.len() == 26
            && suffix.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_somebody_is_taken_out() {
        for (text, scrubbed) in [
            ("no mail to ana.pop+x@example.org: refused", "no mail to [email]: refused"),
            ("<ana@exämple.org>, \"bob@x\"", "<[email]>, \"[email]\""),
            ("called +40 721 234 567.", "called [number]."),
            ("+40721234567: not reachable", "[number]: not reachable"),
            ("called +40 721 234 567: refused", "called [number]: refused"),
            ("tel:0721234567, to:+40721234567", "tel:[number], to:[number]"),
            ("To=%2B40721234567&by=ana%40example.org", "To=[number]&by=[email]"),
            ("ip:192.0.2.7", "ip:[address]"),
            ("called 0721-234-567 twice", "called [number] twice"),
            ("from 192.0.2.7:4711 and 2001:db8::1, 10.0.0.1.", "from [address] and [address], [address]."),
            (
                "https://a.example/verify?token=Zm9vYmFyYmF6cXV4Zm9vYmFy1#x",
                "https://a.example/verify?token=[token]#x",
            ),
            ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "Bearer [token]"),
        ] {
            assert_eq!(scrub(text), scrubbed);
        }
    }

    #[test]
    fn what_helps_to_mend_it_stays() {
        for text in [
            "",
            "usr_01h455vb4pex5vsknk084sn02q is gone",
            "adapters/store-sql/src/shared/store.rs:112: a row of 17 columns, code 42P01",
            "connection refused (os error 111)",
            "saaskit_auth::service::end_other_sessions",
            "Größe @ 3",
        ] {
            assert_eq!(scrub(text), text);
        }
    }
}
