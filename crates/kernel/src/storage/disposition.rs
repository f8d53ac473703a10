use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Disposition, Download};

/// All but what stands for itself in an extended value (RFC 8187 section 3.2.1), besides letters and digits.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

impl Download {
    /// How it says to be treated (RFC 6266): the name twice, in ASCII for old programs and in full (RFC 8187).
    pub fn content_disposition(&self) -> String {
        let kind = match self.disposition {
            Disposition::Inline => "inline",
            Disposition::Attachment => "attachment",
        };
        let plain: String = self.file_name.chars().map(in_ascii).collect();
        let mut text = format!("{kind}; filename=\"{plain}\"");
        if plain != self.file_name {
            text.push_str("; filename*=UTF-8''");
            text.extend(utf8_percent_encode(&self.file_name, ESCAPED));
        }
        text
    }
}

/// What needs no escape between quotation marks, and means no other folder.
fn in_ascii(letter: char) -> char {
    let harmless = letter.is_ascii_graphic() && !"\"\\%/:".contains(letter) || letter == ' ';
    if harmless { letter } else { '_' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ObjectKey;

    fn shown(file_name: &str, disposition: Disposition) -> String {
        let key = ObjectKey::parse("a").unwrap();
        Download { key, file_name: file_name.to_owned(), disposition }.content_disposition()
    }

    #[test]
    fn a_name_is_shown_as_it_is_or_encoded() {
        assert_eq!(shown("plan b.pdf", Disposition::Inline), "inline; filename=\"plan b.pdf\"");
        assert_eq!(
            shown("Grüße.txt", Disposition::Attachment),
            "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"
        );
    }

    #[test]
    fn no_name_gets_out_of_its_place() {
        let hostile = "../a\"; x=\"y\r\nset-cookie: b=c\0\u{202e}%41";
        let shown = shown(hostile, Disposition::Attachment);
        assert!(shown.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{shown}");
        assert_eq!(shown.matches('"').count(), 2, "{shown}");
        assert!(shown.ends_with("%0D%0Aset-cookie%3A%20b%3Dc%00%E2%80%AE%2541"), "{shown}");
    }
}
