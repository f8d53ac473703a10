use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every check, as it is written and as the macro of its suite lists it.
#[test]
fn every_check_is_in_the_list_of_its_suite() {
    let mut suites = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let listed = listed(&text);
        if listed.is_empty() {
            continue;
        }
        let children = sources(&file.with_extension(""));
        let texts = children.iter().map(|child| fs::read_to_string(child).unwrap()).chain([text]);
        let written: BTreeSet<String> = texts.flat_map(|text| written(&text)).collect();
        assert_eq!(listed, written, "{}", file.display());
        suites += 1;
    }
    assert!(suites >= 20, "{suites} suites were found");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The names between `$fresh,` and the closing brace of each macro.
fn listed(text: &str) -> BTreeSet<String> {
    let lists = text.split("$fresh,").skip(1);
    lists
        .filter_map(|list| list.split_once('}'))
        .flat_map(|(names, _)| names.split_whitespace())
        .map(str::to_owned)
        .filter(|name| name.contains('_'))
        .collect()
}

fn written(text: &str) -> BTreeSet<String> {
    let functions = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
    functions.filter_map(|line| line.split_once('(')).map(|(name, _)| name.to_owned()).collect()
}
