use crate::File;

/// What stands at the top of the tree, and nothing else.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".env.example",
    ".gitattributes",
    ".gitignore",
    ".rustfmt.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "adapters",
    "crates",
    "docs",
    "migrations",
    "starters",
    "tests",
];

/// Words that say nothing about what a thing is.
const EMPTY_WORDS: &[&str] = &["manager", "helper", "helpers", "util", "utils", "common"];

/// Letters with which the lines of the specification are numbered.
const SPECIFICATION: &str = "KATNGFJOSD";

/// What looks like such a number and is none.
const NO_SPECIFICATION: &[&str] = &["S3"];

/// Entries at the top of the tree that are not on the list.
pub fn strangers(files: &[File]) -> Vec<String> {
    let mut tops: Vec<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    tops.dedup();
    tops.retain(|top| !TOP.contains(top));
    tops.into_iter().map(|top| format!("{top} does not belong at the top")).collect()
}

/// Files and types whose name ends in a word that says nothing.
pub fn empty_names(files: &[File]) -> Vec<String> {
    let is_empty = |word: &str| EMPTY_WORDS.contains(&word.to_lowercase().as_str());
    let mut faults = Vec::new();
    for file in rust(files) {
        let path = file.path.trim_end_matches(".rs");
        if path.split('/').filter_map(|name| name.split(['-', '_']).next_back()).any(is_empty) {
            faults.push(format!("the name of {} says nothing", file.path));
        }
        let types = file.code().lines().filter_map(declared_type);
        let empty = types.filter(|name| words(name).last().is_some_and(is_empty));
        faults.extend(empty.map(|name| format!("{}: the name {name} says nothing", file.path)));
    }
    faults
}

/// Numbers of the specification in comments: a reader of the code has no specification at hand.
pub fn specification_ids(files: &[File]) -> Vec<String> {
    let marker = |file: &File| match file.extension() {
        "rs" => Some("//"),
        "sql" => Some("--"),
        "toml" => Some("#"),
        _ => None,
    };
    let is_id = |word: &&str| {
        let digits = word.trim_start_matches(|letter: char| SPECIFICATION.contains(letter));
        digits.len() + 1 == word.len()
            && (1..=3).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !NO_SPECIFICATION.contains(word)
    };
    let mut faults = Vec::new();
    for file in files {
        let Some(marker) = marker(file) else { continue };
        let comments = file.text.lines().filter_map(|line| Some(line.split_once(marker)?.1));
        let words = comments.flat_map(|comment| comment.split(|letter: char| !letter.is_alphanumeric()));
        faults.extend(words.filter(is_id).map(|id| format!("{}: a comment says {id}", file.path)));
    }
    faults
}

/// Paths of somebody's machine.
pub fn machine_paths(files: &[File]) -> Vec<String> {
    let homes = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let begins =
        |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.}*".contains(c));
    let mut faults = Vec::new();
    for file in files {
        for home in &homes {
            if file.text.match_indices(home.as_str()).any(|(at, _)| begins(&file.text, at)) {
                faults.push(format!("{} names {home}", file.path));
            }
        }
    }
    faults
}

fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.extension() == "rs")
}

/// The name of the type that a line declares.
fn declared_type(line: &str) -> Option<&str> {
    let mut words = line
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "struct" | "enum" | "trait" | "type" | "union"))?;
    let comment = line.trim_start().starts_with("//");
    words.next().filter(|name| !comment && name.starts_with(char::is_uppercase))
}

/// The words of a name in camel case.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, letter)| letter.is_uppercase())
            .map_or(rest.len(), |(at, _)| at);
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_stranger_at_the_top_is_found() {
        let files =
            [file("Cargo.toml", ""), file("crates/a", ""), file("notes.txt", ""), file("tools/a", "")];
        let faults = ["notes.txt does not belong at the top", "tools does not belong at the top"];
        assert_eq!(strangers(&files), faults);
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        let files = [
            file("crates/a/src/string_utils.rs", ""),
            file(
                "crates/a/src/b.rs",
                "pub struct SessionManager;\n// a struct Helper\nstruct CommonWords { common: u8 }",
            ),
        ];
        let faults = [
            "the name of crates/a/src/string_utils.rs says nothing",
            "crates/a/src/b.rs: the name SessionManager says nothing",
        ];
        assert_eq!(empty_names(&files), faults);
    }

    #[test]
    fn a_number_of_the_specification_is_found_in_comments_only() {
        let files = [
            file(
                "a.rs",
                "let a = K14; \u{2f}/ as K15 says, on S3 with SHA256 and X25519\n\u{2f}\u{2f}/ D7, HTTP2 and A1B",
            ),
            file("b.sql", "select 1; -- T20"),
            file("c.md", "K14"),
        ];
        assert_eq!(
            specification_ids(&files),
            ["a.rs: a comment says K15", "a.rs: a comment says D7", "b.sql: a comment says T20"]
        );
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        let path = |folder: &str| format!("read /{folder}/notes");
        let files = [file("a", &path("root")), file("b", &path("srv")), file("c", "https://a.example/home/")];
        assert_eq!(machine_paths(&files), [format!("a names /{}/", "root")]);
    }
}
