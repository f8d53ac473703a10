use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::File;

/// An error code, as the source declares it: `Code::conflict("EMAIL_TAKEN")`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclaredCode {
    /// Its name.
    pub name: String,
    /// Its kind, as its constructor is called.
    pub kind: String,
    /// The folder of the crate that declares it.
    pub by: String,
    /// Whether it is said of a field of the request, not of the request.
    pub of_field: bool,
}

/// Every code that the crates and adapters declare, in order of name.
pub fn codes(files: &[File]) -> BTreeSet<DeclaredCode> {
    sources(files).flat_map(codes_of).collect()
}

fn codes_of(file: &File) -> impl Iterator<Item = DeclaredCode> {
    let by = file.path.split("/src/").next().unwrap_or_default();
    let text = file.code();
    // Where `Code` itself is defined, it is called `Self`.
    let constructor = if file.path == "crates/kernel/src/fault.rs" { "Self::" } else { "Code::" };
    text.match_indices(constructor).filter_map(move |(at, _)| {
        let (kind, rest) = text[at + constructor.len()..].split_once('(')?;
        let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        let is_word =
            |word: &str, letter: fn(&u8) -> bool| word.bytes().all(|byte| byte == b'_' || letter(&byte));
        let is_code = is_word(kind, u8::is_ascii_lowercase) && is_word(name, u8::is_ascii_uppercase);
        let of_field = text[..at].trim_end().ends_with("Invalid::new(");
        is_code.then(|| DeclaredCode {
            name: name.to_owned(),
            kind: kind.to_owned(),
            by: by.to_owned(),
            of_field,
        })
    })
}

/// `docs/errors.md`.
pub fn errors(codes: &BTreeSet<DeclaredCode>) -> String {
    let mut rows: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for code in codes {
        rows.entry((&code.name, &code.kind)).or_default().push(&code.by);
    }
    let mut text = String::from(
        "# Error codes\n\n\
         Every code that an answer or one of its fields can carry. Clients decide by the code, never by the sentence.\n\
         A test writes this table from the code: `UPDATE=1 cargo test -p saaskit-architecture`.\n\n\
         | code | kind | said by |\n|---|---|---|\n",
    );
    for ((name, kind), by) in rows {
        let by = by.iter().map(|folder| format!("`{folder}`")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "| `{name}` | {} | {by} |", kind.replace('_', " "));
    }
    text
}

/// Codes that mean two things, because they are declared with two kinds.
pub fn ambiguous(codes: &BTreeSet<DeclaredCode>) -> Vec<String> {
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for code in codes {
        kinds.entry(&code.name).or_default().insert(&code.kind);
    }
    let several = kinds.into_iter().filter(|(_, kinds)| kinds.len() > 1);
    several.map(|(name, kinds)| format!("{name} is {}", Vec::from_iter(kinds).join(" and "))).collect()
}

/// An event, as the source declares it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclaredEvent {
    /// Its name.
    pub name: String,
    /// When it is told.
    pub when: String,
    /// What it carries.
    pub payload: String,
}

/// Every event that the domains declare, in order of name.
pub fn events(files: &[File]) -> BTreeSet<DeclaredEvent> {
    let declaring =
        files.iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/event.rs"));
    declaring.flat_map(|file| events_of(&file.text)).collect()
}

fn events_of(text: &str) -> Vec<DeclaredEvent> {
    let mut doc = Vec::new();
    let mut events = Vec::new();
    for line in text.lines() {
        if let Some(sentence) = line.strip_prefix("///") {
            doc.push(sentence.trim());
        } else {
            let sentences = std::mem::take(&mut doc).join(" ");
            let declared = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": &str = \""));
            let Some((_, rest)) = declared else { continue };
            let (when, payload) = sentences.split_once('`').unwrap_or((&sentences, ""));
            events.push(DeclaredEvent {
                name: rest.trim_end_matches("\";").to_owned(),
                when: when.trim().to_owned(),
                payload: payload.trim_end_matches('`').to_owned(),
            });
        }
    }
    events
}

/// `docs/events.md`.
pub fn events_document(events: &BTreeSet<DeclaredEvent>) -> String {
    let mut text = String::from(
        "# Events\n\n\
         What the domains tell each other, in the past tense. Events carry ids and facts, never secrets.\n\
         A test writes this table from the code: `UPDATE=1 cargo test -p saaskit-architecture`.\n\n\
         | event | when | payload |\n|---|---|---|\n",
    );
    for DeclaredEvent { name, when, payload } in events {
        let _ = writeln!(text, "| `{name}` | {when} | `{payload}` |");
    }
    text
}

fn sources(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| {
        let ours = ["crates/", "adapters/"].iter().any(|folder| file.path.starts_with(folder));
        ours && file.path.contains("/src/") && !file.path.starts_with("crates/conformance/")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn codes_are_read_from_the_code_and_not_from_its_tests() {
        let files = [
            file(
                "crates/a/src/error.rs",
                "Code::conflict(\"TAKEN\"); Code::INTERNAL; Code::gone(\n  \"OVER\",\n)",
            ),
            file("adapters/b/src/lib.rs", "Code::not_found(\"NOT_FOUND\")\n#[cfg(test)]\nCode::gone(\"A\")"),
            file("crates/kernel/src/fault.rs", "const INTERNAL: Self = Self::internal(\"INTERNAL\");"),
        ];
        let codes = codes(&files);
        let names: Vec<&str> = codes.iter().map(|code| code.name.as_str()).collect();
        assert_eq!(names, ["INTERNAL", "NOT_FOUND", "OVER", "TAKEN"]);
        assert!(
            errors(&codes).ends_with("| `OVER` | gone | `crates/a` |\n| `TAKEN` | conflict | `crates/a` |\n")
        );
    }

    #[test]
    fn a_code_of_two_kinds_is_found() {
        let files = [
            file("crates/a/src/a.rs", "Code::gone(\"OVER\")"),
            file("crates/b/src/a.rs", "Code::conflict(\"OVER\")"),
        ];
        assert_eq!(ambiguous(&codes(&files)), ["OVER is conflict and gone"]);
    }

    #[test]
    fn events_are_read_with_their_sentence_and_payload() {
        let text = "/// A user came. `{\"user\": id}`\npub const CAME: &str = \"a.came\";\n\n/// All.\npub const ALL: &[&str] = &[CAME];";
        let events = events(&[file("crates/a/src/event.rs", text)]);
        assert!(
            events_document(&events).ends_with("|---|\n| `a.came` | A user came. | `{\"user\": id}` |\n")
        );
    }
}
