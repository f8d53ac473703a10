use std::process::Stdio;
use std::time::Duration;

use saaskit_journeys::{PUBLIC_URL, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Its program is told what to do by the third of its files and answers by the fourth.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1"#;

/// Longer than anything takes that is asked of a browser.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser nobody sees, with one page open.
pub(super) struct Browser {
    _process: Child,
    _profile: TempDir,
    orders: ChildStdin,
    messages: BufReader<ChildStdout>,
    page: Option<String>,
    told: u64,
    complaints: Vec<String>,
}

impl Browser {
    /// One that finds this server where people would, and nobody else anywhere.
    pub(super) async fn of(server: &Server) -> Self {
        let profile = TempDir::new().unwrap();
        let (_, people) = PUBLIC_URL.split_once("://").unwrap();
        let (_, there) = server.url().split_once("://").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", PIPES]).arg(program()).args(["--headless=new", "--remote-debugging-pipe"]);
        command.args(["--no-sandbox", "--no-proxy-server", "--no-first-run", "--disable-gpu"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg(format!("--host-resolver-rules=MAP {people} {there},MAP * ~NOTFOUND"));
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let (orders, messages) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let (messages, complaints) = (BufReader::new(messages), Vec::new());
        let mut browser =
            Self { _process: process, _profile: profile, orders, messages, page: None, told: 0, complaints };
        let target = browser.tell("Target.createTarget", json!({"url": "about:blank"})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.tell("Target.attachToTarget", attach).await;
        browser.page = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.tell(&format!("{domain}.enable"), json!({})).await;
        }
        browser
    }

    /// From now on it is so wide, and as high as such a thing is.
    pub(super) async fn resize(&mut self, (width, height): (u32, u32)) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.tell("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Opens a page of the server and waits until `there` is so.
    pub(super) async fn open(&mut self, path: &str, there: &str) {
        let went = self.tell("Page.navigate", json!({"url": format!("{PUBLIC_URL}{path}")})).await;
        assert!(went["errorText"].is_null(), "{path}: {went}");
        self.until(there).await;
    }

    /// Waits until this expression is true of a page that has been loaded.
    pub(super) async fn until(&mut self, expression: &str) {
        let so = format!("document.readyState === 'complete' && Boolean({expression})");
        let waiting = async {
            while self.say(&so).await != json!(true) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        if waited.is_err() {
            let (shown, complaints) = (self.text().await, self.complaints());
            panic!("waited in vain until {expression}: {shown}\n{complaints:?}");
        }
    }

    /// What an expression is on the page; nothing while another page comes.
    pub(super) async fn say(&mut self, expression: &str) -> Value {
        let said =
            self.tell("Runtime.evaluate", json!({"expression": expression, "returnByValue": true})).await;
        said["result"]["value"].clone()
    }

    /// What can be read there.
    pub(super) async fn text(&mut self) -> String {
        self.say("document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// What went wrong since this was asked last: errors, and requests to anybody else.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// Has something done and gives what that gave.
    async fn tell(&mut self, method: &str, parameters: Value) -> Value {
        self.told += 1;
        let mut order = json!({"id": self.told, "method": method, "params": parameters});
        if let Some(page) = &self.page {
            order["sessionId"] = json!(page);
        }
        self.orders.write_all(format!("{order}\0").as_bytes()).await.unwrap();
        loop {
            let message = timeout(PATIENCE, self.hear()).await;
            let message = message.unwrap_or_else(|_| panic!("{method} is not answered"));
            if message["id"] == json!(self.told) {
                return message["result"].clone();
            }
            self.complaints.extend(complaint(&message));
        }
    }

    async fn hear(&mut self) -> Value {
        let mut message = Vec::new();
        self.messages.read_until(0, &mut message).await.unwrap();
        assert_eq!(message.pop(), Some(0), "the browser ended");
        serde_json::from_slice(&message).unwrap()
    }
}

/// What is wrong about what happened.
fn complaint(message: &Value) -> Option<String> {
    let what = &message["params"];
    let wrong = match message["method"].as_str()? {
        "Runtime.exceptionThrown" => true,
        "Runtime.consoleAPICalled" => what["type"] == "error",
        "Log.entryAdded" => what["entry"]["level"] == "error",
        "Network.requestWillBeSent" => !is_ours(what["request"]["url"].as_str()?),
        _ => false,
    };
    wrong.then(|| what.to_string())
}

/// Whether nobody else is asked for it.
fn is_ours(url: &str) -> bool {
    let ours = url.strip_prefix(PUBLIC_URL).is_some_and(|path| path.starts_with('/'));
    ours || url.starts_with("data:")
}

/// Where the browser is: the test command installs it and says it.
#[expect(clippy::disallowed_methods, reason = "the test command says by it where the browser is")]
fn program() -> std::ffi::OsString {
    std::env::var_os("SAASKIT_TEST_BROWSER").expect("`cargo verify` sets SAASKIT_TEST_BROWSER")
}
