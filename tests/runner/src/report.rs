use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    Skipped,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped => &mut self.skipped,
        } += 1;
    }

    fn cell(self) -> String {
        let mut cell = self.passed.to_string();
        for (count, word) in [(self.failed, "failed"), (self.skipped, "skipped")] {
            if count > 0 {
                let _ = write!(cell, ", {count} {word}");
            }
        }
        cell
    }
}

/// What became of every test, and of every check of a conformance suite by adapter.
#[derive(Debug, Default)]
pub(crate) struct Report {
    total: Tally,
    suites: BTreeMap<String, BTreeMap<String, Tally>>,
    skips: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    /// Counts one test. A name ends in `<adapter>::<suite>_suite::<check>` where it is a check of a suite.
    pub(crate) fn record(&mut self, test: &str, outcome: Outcome) {
        self.total.add(outcome);
        if outcome == Outcome::Failed {
            self.failures.push(test.to_owned());
        }
        if let Some((suite, adapter)) = suite_and_adapter(test) {
            self.suites.entry(suite).or_default().entry(adapter).or_default().add(outcome);
        }
    }

    /// Notes something that failed without being a test.
    pub(crate) fn failed(&mut self, what: String) {
        self.total.add(Outcome::Failed);
        self.failures.push(what);
    }

    /// Notes something that could not be tested here, and why.
    pub(crate) fn skipped(&mut self, why: String) {
        self.total.add(Outcome::Skipped);
        self.skips.push(why);
    }

    /// How much is known so far.
    pub(crate) fn recorded(&self) -> u32 {
        self.total.passed + self.total.failed + self.total.skipped
    }

    /// How much failed so far.
    pub(crate) fn failures(&self) -> u32 {
        self.total.failed
    }

    /// Whether nothing failed and, where that is asked for, nothing was skipped.
    pub(crate) fn is_good(&self, strict: bool) -> bool {
        self.total.failed == 0 && !(strict && self.total.skipped > 0)
    }

    /// Suites by adapters, as Markdown; each cell is the number of checks that passed.
    pub(crate) fn table(&self) -> String {
        let adapters: BTreeSet<&String> = self.suites.values().flat_map(BTreeMap::keys).collect();
        let head =
            adapters.iter().fold(String::from("| suite |"), |head, adapter| head + &format!(" {adapter} |"));
        let rule = String::from("|---|") + &"---|".repeat(adapters.len());
        let rows = self.suites.iter().map(|(suite, checked)| {
            adapters.iter().fold(format!("| {suite} |"), |row, adapter| {
                row + &checked
                    .get(*adapter)
                    .map_or(" – |".to_owned(), |tally| format!(" {} |", tally.cell()))
            })
        });
        [head, rule].into_iter().chain(rows).map(|line| line + "\n").collect()
    }

    /// Everything a reader wants at the end; the last line is the one that scripts read.
    pub(crate) fn closing(&self) -> String {
        let mut text = String::new();
        if !self.suites.is_empty() {
            let _ = writeln!(text, "{}", self.table());
        }
        for why in &self.skips {
            let _ = writeln!(text, "skipped: {why}");
        }
        for what in &self.failures {
            let _ = writeln!(text, "failed: {what}");
        }
        let Tally { passed, failed, skipped } = self.total;
        let _ = write!(text, "{passed} passed, {failed} failed, {skipped} skipped");
        text
    }
}

fn suite_and_adapter(test: &str) -> Option<(String, String)> {
    let (package, path) = test.split_once("::").filter(|_| test.contains('$')).unwrap_or(("", test));
    let path = path.rsplit_once('$').map_or(path, |(_, path)| path);
    let segments: Vec<&str> = path.split("::").collect();
    let [.., suite, _check] = segments[..] else { return None };
    let suite = suite.strip_suffix("_suite")?;
    let package = package.trim_start_matches("saaskit-");
    let instance = segments.len().checked_sub(3).map(|place| segments[place]).filter(|name| *name != package);
    let adapter = [Some(package).filter(|package| !package.is_empty()), instance];
    Some((suite.to_owned(), adapter.into_iter().flatten().collect::<Vec<_>>().join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_counted_by_suite_and_adapter_however_the_runner_names_them() {
        let mut report = Report::default();
        report.record("saaskit-store-sql::it$sqlite::store_suite::a_commit_is_whole", Outcome::Passed);
        report.record("postgres::store_suite::a_commit_is_whole", Outcome::Failed);
        report.record("saaskit-memory::it$store_suite::a_commit_is_whole", Outcome::Skipped);
        report.record("saaskit-memory::it$store_suite::a_stale_save_is_refused", Outcome::Passed);
        report.record("saaskit-kernel::saaskit_kernel$retry::tests::waits_double", Outcome::Passed);
        assert_eq!(
            report.table(),
            "| suite | memory | postgres | store-sql/sqlite |\n|---|---|---|---|\n| store | 1, 1 skipped | 0, 1 failed | 1 |\n"
        );
        assert!(report.closing().ends_with("\n3 passed, 1 failed, 1 skipped"));
    }

    #[test]
    fn a_skip_is_good_for_a_user_and_bad_where_it_is_strict() {
        let mut report = Report::default();
        assert!(report.is_good(true));
        report.skipped("PostgreSQL: not installed".to_owned());
        assert!(report.is_good(false) && !report.is_good(true));
        report.failed("examples: it ended with 101".to_owned());
        assert!(!report.is_good(false));
    }
}
