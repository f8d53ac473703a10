use std::path::Path;

use crate::File;

/// Folders whose mention in a document is a path of this tree.
const FOLDERS: &[&str] = &["crates/", "adapters/", "starters/", "tests/", "migrations/", "docs/", ".ci/"];

/// Where the tests of any crate are, seen from the crate.
const OF_A_CRATE: &str = "tests/it";

/// Paths that a document names and that do not exist. `has` answers for a path seen from the top.
pub fn dead_paths(files: &[File], has: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| is_document(file)) {
        let named = mentions(&file.text).map(str::to_owned);
        let linked = links(&file.text).map(|link| from(&file.path, link));
        let dead = named.chain(linked).filter(|path| !has(path));
        faults.extend(dead.map(|path| format!("{} names {path}, which does not exist", file.path)));
    }
    faults
}

/// Tests that a document's tables name as proof and that no source has.
pub fn missing_proofs(files: &[File], document: &str) -> Vec<String> {
    let sources: Vec<&File> = files.iter().filter(|file| file.extension() == "rs").collect();
    let is_there = |name: &str| {
        let [plain, generic] = ['(', '<'].map(|end| format!("fn {name}{end}"));
        sources.iter().any(|file| file.text.contains(&plain) || file.text.contains(&generic))
    };
    let tables = files.iter().filter(|file| file.path == document);
    let rows = tables.flat_map(|file| file.text.lines().filter(|line| line.starts_with('|')));
    let mut names: Vec<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    names.retain(|name| is_sentence(name) && !is_there(name));
    names.into_iter().map(|name| format!("{document} names the test {name}, which does not exist")).collect()
}

/// Code that a document shows below the path of the file it is from, and that the file does not have.
pub fn changed_code(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| is_document(file)) {
        for (path, code) in shown(&file.text) {
            if !files.iter().any(|source| source.path == path && source.text.contains(code)) {
                faults.push(format!("{} shows code that is not in {path}", file.path));
            }
        }
    }
    faults
}

/// Blocks of code, each with the path that the line above it ends in.
fn shown(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let fences = text.split("\n```");
    let blocks = fences.clone().zip(fences.skip(1)).step_by(2);
    blocks.filter_map(|(above, block)| {
        let path = above.trim_end().strip_suffix("`:")?.rsplit('`').next()?;
        let (_, code) = block.split_once('\n')?;
        FOLDERS.iter().any(|folder| path.starts_with(folder)).then_some((path, code))
    })
}

/// A name of at least three words, as those of tests are.
fn is_sentence(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_letter) && name.matches('_').count() >= 2
}

fn is_document(file: &File) -> bool {
    let at_the_top = !file.path.contains('/');
    file.extension() == "md"
        && (at_the_top || file.path.starts_with("docs/") || file.path.ends_with("/README.md"))
}

/// Words that begin with one of our folders; up to the first letter that is part of a pattern, not of a path.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    text.split(move |letter: char| !is_path(letter))
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)) && !word.starts_with(OF_A_CRATE))
        .map(|word| word.trim_end_matches(['.', '-', '_']))
}

/// The targets of links that stay in the tree.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    targets.filter(|target| !target.is_empty() && !target.contains(':'))
}

fn from(document: &str, link: &str) -> String {
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    folder.join(link).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        let text = "See `crates/kernel/src/gone.rs`, crates/kernel. [here](errors.md#a) [there](gone.md) [web](https://a/b) \
                    and migrations/{sqlite,postgres} or adapters/*, tests/it/main.rs";
        let files = [File { path: "docs/a.md".to_owned(), text: text.to_owned() }];
        let has =
            |path: &str| ["crates/kernel", "docs/errors.md", "migrations/", "adapters/"].contains(&path);
        let gone = |path| format!("docs/a.md names {path}, which does not exist");
        assert_eq!(dead_paths(&files, has), [gone("crates/kernel/src/gone.rs"), gone("docs/gone.md")]);
    }

    #[test]
    fn code_that_is_shown_and_not_there_is_found() {
        let text = "See `docs/a.rs`:\n\n```rust\nfn a() {\n}\n```\n\nIn `docs/a.rs`:\n\n```rust\nfn b() {}\n```\n\n\
                    As in `docs/a.rs`, so:\n\n```\nany\n```\nFrom `docs/gone.rs`:\n```\nfn a() {\n```\n";
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files = [file("docs/a.md", text), file("docs/a.rs", "//! A\nfn a() {\n}\nfn b() -> i32 {}\n")];
        let fault = |path| format!("docs/a.md shows code that is not in {path}");
        assert_eq!(changed_code(&files), [fault("docs/a.rs"), fault("docs/gone.rs")]);
    }

    #[test]
    fn a_proof_that_is_no_test_is_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let rows = "`not_in_a_row`\n| rule | `it_is_there_1`, `it_takes_a_type`, `nosniff`, `it_is_gone` |\n";
        let files = [
            file("docs/a.md", rows),
            file("docs/b.md", "| `of_another_document` |"),
            file("crates/a/tests/it/b.rs", "async fn it_is_there_1() {}\nfn it_takes_a_type<T>() {}"),
        ];
        let faults = ["docs/a.md names the test it_is_gone, which does not exist"];
        assert_eq!(missing_proofs(&files, "docs/a.md"), faults);
    }
}
