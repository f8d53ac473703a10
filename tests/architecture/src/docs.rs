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
}
