use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::layer::{Layer, names};
use crate::report::{Outcome, Report};

/// Cargo, as every layer is built and run: always with the same features, so that nothing is compiled twice.
#[derive(Debug)]
pub(crate) struct Cargo {
    root: PathBuf,
    nextest: bool,
    features: Vec<&'static str>,
    environment: Vec<(&'static str, String)>,
}

impl Cargo {
    pub(crate) fn new(root: PathBuf) -> Self {
        let nextest = Command::new("cargo").args(["nextest", "--version"]).output();
        let nextest = nextest.is_ok_and(|output| output.status.success());
        Self { root, nextest, features: Vec::new(), environment: Vec::new() }
    }

    /// The tests that need the server of that URL are compiled and run too.
    pub(crate) fn with_postgres(&mut self, url: String) {
        let features =
            ["saaskit-store-sql/live", "saaskit-journeys/live", "saaskit-cluster/live", "saaskit/live"];
        self.features.extend(features);
        self.environment.push(("SAASKIT_TEST_POSTGRES_URL", url));
    }

    /// The tests that need the server of that URL are compiled and run too.
    pub(crate) fn with_mongo(&mut self, url: String) {
        let features =
            ["saaskit-store-mongo/live", "saaskit-journeys/mongo", "saaskit-cluster/mongo", "saaskit/mongo"];
        self.features.extend(features);
        self.environment.push(("SAASKIT_TEST_MONGO_URL", url));
    }

    /// The tests that need the mail server with that control port are compiled and run too.
    pub(crate) fn with_smtp(&mut self, control: String) {
        self.features.push("saaskit-email-smtp/live");
        self.environment.push(("SAASKIT_TEST_SMTP", control));
    }

    /// The tests that need what stands for Twilio at those addresses are compiled and run too.
    pub(crate) fn with_twilio(&mut self, addresses: String) {
        self.features.push("saaskit-sms-twilio/live");
        self.environment.push(("SAASKIT_TEST_TWILIO", addresses));
    }

    /// The tests that need what stands for SNS, with that address and key, are compiled and run too.
    pub(crate) fn with_sns(&mut self, access: String) {
        self.features.push("saaskit-sms-sns/live");
        self.environment.push(("SAASKIT_TEST_SNS", access));
    }

    /// The tests that need Redis, as one server, a cluster and behind sentinels at those URLs, are compiled and run
    /// too.
    pub(crate) fn with_redis(&mut self, one: String, cluster: String, sentinel: String) {
        self.features.push("saaskit-cache-redis/live");
        self.environment.extend([
            ("SAASKIT_TEST_REDIS_URL", one),
            ("SAASKIT_TEST_REDIS_CLUSTER_URL", cluster),
            ("SAASKIT_TEST_REDIS_SENTINEL_URL", sentinel),
        ]);
    }

    /// The tests that look at pages by the browser of that path are compiled and run too.
    pub(crate) fn with_browser(&mut self, program: String) {
        self.features.push("saaskit-journeys/browser");
        self.environment.push(("SAASKIT_TEST_BROWSER", program));
    }

    /// The tests that have tokens forged by the tool of that path are compiled and run too.
    pub(crate) fn with_forger(&mut self, tool: String) {
        self.features.push("saaskit-journeys/forger");
        self.environment.push(("SAASKIT_TEST_JWT_HACK", tool));
    }

    /// The tests that need the tool of that path are compiled and run too.
    pub(crate) fn with_schemathesis(&mut self, tool: String) {
        self.features.push("saaskit-journeys/openapi");
        self.environment.push(("SAASKIT_SCHEMATHESIS", tool));
    }

    /// Builds everything, among it the binary `name`, whose path the tests are told as `variable`.
    pub(crate) fn build(&mut self, name: &str, variable: &'static str) -> Result<()> {
        let mut command = self.command(&["build", "--workspace", "--all-targets"]);
        command.arg("--message-format=json-render-diagnostics");
        let mut binary = None;
        let status = lines(&mut command, |line| binary = executable(line, name).or(binary.take()))?;
        ensure!(status.success(), "the build failed");
        self.environment
            .push((variable, binary.with_context(|| format!("the build made no binary {name}"))?));
        Ok(())
    }

    /// Runs layers and reports each of their tests. They run side by side, because many tests do little but wait; only
    /// examples have to run by themselves.
    pub(crate) fn test(&self, layers: &[Layer], report: &mut Report) -> Result<()> {
        let before = report.failures();
        let targets = layers.iter().flat_map(|layer| layer.targets());
        let status = if self.nextest && !layers.contains(&Layer::Examples) {
            let mut command = self.command(&["nextest", "run", "--workspace", "--no-fail-fast"]);
            command.args(targets).args(["--message-format", "libtest-json"]);
            command.env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1");
            command.arg("--config-file").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("nextest.toml"));
            command.args(["--test-threads", &at_once()?.to_string()]);
            let (known, mut to_come) = (report.recorded(), 0);
            let status = lines(&mut command, |line| {
                to_come += tests_to_come(line);
                nextest(line, report);
            })?;
            // It has been seen to end in the middle.
            let missing = to_come.saturating_sub(u64::from(report.recorded() - known));
            if missing > 0 {
                report.failed(format!("{}: {missing} tests were not run", names(layers)));
            }
            status
        } else {
            let mut command = self.command(&["test", "--workspace", "--no-fail-fast"]);
            command.args(targets);
            lines(&mut command, |line| {
                println!("{line}");
                libtest(line, report);
            })?
        };
        if !status.success() && report.failures() == before {
            report.failed(format!("{}: it ended with {status}", names(layers)));
        }
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root).args(arguments).envs(self.environment.iter().cloned());
        if !self.features.is_empty() {
            command.args(["--features", &self.features.join(",")]);
        }
        command
    }
}

/// How many tests run at once: most wait for somebody most of the time.
fn at_once() -> Result<usize> {
    Ok(3 * std::thread::available_parallelism()?.get())
}

/// Runs a command and hands over each line that it prints.
fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("running {command:?}"))?;
    for line in BufReader::new(child.stdout.take().context("the command has no output")?).lines() {
        each(&line?);
    }
    Ok(child.wait()?)
}

/// The path of the binary, if this message of the build is about it.
fn executable(message: &str, name: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_it = message["target"]["name"] == name
        && message["target"]["kind"][0] == "bin"
        && message["profile"]["test"] == false;
    message["executable"].as_str().filter(|_| is_it).map(str::to_owned)
}

/// How many tests of one binary are about to be run, if this line says so.
fn tests_to_come(line: &str) -> u64 {
    let event = serde_json::from_str::<Value>(line).unwrap_or_default();
    let is_about_that = event["type"] == "suite" && event["event"] == "started";
    event["test_count"].as_u64().filter(|_| is_about_that).unwrap_or_default()
}

fn nextest(line: &str, report: &mut Report) {
    let Ok(event) = serde_json::from_str::<Value>(line) else { return };
    let outcome = match event["event"].as_str() {
        Some("ok") => Outcome::Passed,
        Some("failed" | "timeout") => Outcome::Failed,
        Some("ignored") => Outcome::Skipped,
        _ => return,
    };
    if let ("test", Some(name)) = (event["type"].as_str().unwrap_or_default(), event["name"].as_str()) {
        report.record(name, outcome);
    }
}

fn libtest(line: &str, report: &mut Report) {
    let Some((name, end)) = line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... ")) else {
        return;
    };
    let outcome = match end.split([',', ' ']).next() {
        Some("ok") => Outcome::Passed,
        Some("FAILED") => Outcome::Failed,
        Some("ignored") => Outcome::Skipped,
        _ => return,
    };
    report.record(name, outcome);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(read: fn(&str, &mut Report), lines: &[&str]) -> String {
        let mut report = Report::default();
        for line in lines {
            read(line, &mut report);
        }
        report.closing().lines().last().unwrap().to_owned()
    }

    #[test]
    fn what_nextest_says_is_counted() {
        let lines = [
            r#"{"type":"suite","event":"started","test_count":2}"#,
            r#"{"type":"test","event":"started","name":"a::it$b"}"#,
            r#"{"type":"test","event":"ok","name":"a::it$b","exec_time":0.1}"#,
            r#"{"type":"test","event":"failed","name":"a::it$c","stdout":""}"#,
            r#"{"type":"test","event":"ignored","name":"a::it$d"}"#,
            r#"{"type":"suite","event":"failed","passed":1,"failed":1,"ignored":1}"#,
        ];
        assert_eq!(closing(nextest, &lines), "1 passed, 1 failed, 1 skipped");
        assert_eq!(lines.map(tests_to_come), [2, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_cargo_test_says_is_counted() {
        let lines = [
            "running 3 tests",
            "test a::b ... ok",
            "test src/email.rs - email::Email (line 15) ... ok",
            "test a::c ... FAILED",
            "test a::d ... ignored, needs a server",
            "test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured",
        ];
        assert_eq!(closing(libtest, &lines), "2 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn only_the_binary_itself_is_taken_for_the_binary() {
        let message = |name: &str, kind: &str, test: bool| {
            format!(
                r#"{{"target":{{"name":"{name}","kind":["{kind}"]}},"profile":{{"test":{test}}},"executable":"x"}}"#
            )
        };
        assert_eq!(executable(&message("saaskit", "bin", false), "saaskit").as_deref(), Some("x"));
        for other in
            [message("saaskit", "bin", true), message("saaskit", "lib", false), message("it", "bin", false)]
        {
            assert_eq!(executable(&other, "saaskit"), None);
        }
    }
}
