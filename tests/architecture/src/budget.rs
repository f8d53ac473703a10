use crate::File;

/// Lines of a file without its tests from which a reader would want it split.
const LONGEST_FILE: usize = 500;
/// Lines of a `main`.
const LONGEST_MAIN: usize = 25;
/// Methods of a port.
const LARGEST_TRAIT: usize = 8;
/// Variants of an enum that everybody has to match.
const LARGEST_ENUM: usize = 15;

/// Source files that are too long, not counting the tests at their end.
pub fn long_files(files: &[File]) -> Vec<String> {
    let measured = rust(files).map(|file| (file, file.code().lines().count()));
    let long = measured.filter(|&(_, lines)| lines > LONGEST_FILE);
    long.map(|(file, lines)| format!("{} has {lines} lines", file.path)).collect()
}

/// Ports with too many methods, and enums of writes or errors with too many variants.
pub fn large_types(files: &[File]) -> Vec<String> {
    let inside = rust(files).filter(|file| file.path.starts_with("crates/"));
    let items = inside.flat_map(|file| items(file.code()).map(move |item| (file, item)));
    let large = items.filter_map(|(file, Item { kind, name, lines })| {
        let (count, most, what) = match kind {
            "trait" => (lines.iter().filter(|line| is_method(line)).count(), LARGEST_TRAIT, "methods"),
            "enum" if name.ends_with("Write") || name.ends_with("Error") => {
                (lines.iter().filter(|line| is_variant(line)).count(), LARGEST_ENUM, "variants")
            }
            _ => return None,
        };
        (count > most).then(|| format!("{}: {name} has {count} {what}", file.path))
    });
    large.collect()
}

/// Programs that begin with too much.
pub fn long_mains(files: &[File]) -> Vec<String> {
    let mains =
        rust(files).filter(|file| file.path.starts_with("starters/") && file.path.ends_with("/main.rs"));
    let measured = mains.map(|file| (file, file.text.lines().count()));
    let long = measured.filter(|&(_, lines)| lines > LONGEST_MAIN);
    long.map(|(file, lines)| format!("{} has {lines} lines", file.path)).collect()
}

fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.extension() == "rs")
}

/// A trait or an enum at the outermost level of a file, as `cargo fmt` lays it out.
struct Item<'a> {
    kind: &'a str,
    name: &'a str,
    lines: Vec<&'a str>,
}

fn items(text: &str) -> impl Iterator<Item = Item<'_>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let (kind, name) = lines.by_ref().find_map(head)?;
        Some(Item { kind, name, lines: lines.by_ref().take_while(|line| *line != "}").collect() })
    })
}

fn head(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.strip_prefix("pub ")?.split_once(' ')?;
    let name = rest.split(|letter: char| !letter.is_alphanumeric()).next()?;
    (matches!(kind, "trait" | "enum") && line.ends_with('{')).then_some((kind, name))
}

fn is_method(line: &str) -> bool {
    line.starts_with("    fn ") || line.starts_with("    async fn ")
}

fn is_variant(line: &str) -> bool {
    line.strip_prefix("    ").is_some_and(|line| line.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let long = "\n".repeat(501);
        let tests = format!("\n#[cfg(test)]\n{long}");
        let files = [file("a.rs", &long), file("b.rs", &tests), file("c.sql", &long)];
        assert_eq!(long_files(&files), ["a.rs has 501 lines"]);
    }

    #[test]
    fn a_large_port_and_a_large_enum_are_found() {
        let methods = |count| "    /// Does.\n    async fn does(&self) {\n    }\n".repeat(count);
        let variants = |count| "    /// Is.\n    Is(Option<Way>),\n".repeat(count);
        let text = format!(
            "pub trait Small: Send {{\n{}}}\npub trait Large: Send {{\n{}}}\npub enum AError {{\n{}}}\npub enum BWrite {{\n{}}}\n",
            methods(8),
            methods(9),
            variants(15),
            variants(16)
        );
        let faults =
            ["crates/a/src/port.rs: Large has 9 methods", "crates/a/src/port.rs: BWrite has 16 variants"];
        assert_eq!(large_types(&[file("crates/a/src/port.rs", &text)]), faults);
    }

    #[test]
    fn a_long_main_is_found() {
        let path = "starters/a/src/main.rs";
        assert_eq!(
            long_mains(&[file(path, &"\n".repeat(26)), file("tests/b/src/main.rs", &"\n".repeat(99))]),
            [format!("{path} has 26 lines")]
        );
    }
}
