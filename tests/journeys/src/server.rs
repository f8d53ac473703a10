use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::{Client, until};

/// By which a journey gets past the limits of the door.
pub const BENCHMARK_TOKEN: &str = "journeys-journeys-journeys-journeys";

/// Where people would reach a server: the same for all servers of a world, wherever they listen.
pub const PUBLIC_URL: &str = "http://localhost:8080";

/// How long a server may take to stop: it lets requests finish for 35 seconds.
const STOPS_WITHIN: Duration = Duration::from_secs(40);

/// The program with everything it is told by its environment, and by nothing else of ours.
pub(crate) fn program(environment: &[(String, String)]) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().envs(environment.iter().cloned()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Where the binary is: the test command says it; by hand it is the one last built.
#[expect(clippy::disallowed_methods, reason = "the test command says by it where the binary is")]
fn binary() -> PathBuf {
    let built = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("saaskit"));
    let binary = std::env::var_os("SAASKIT_BIN").map(PathBuf::from).or_else(built);
    binary.filter(|path| path.exists()).expect("the binary is built: cargo build --bin saaskit")
}

/// A running server. It is killed where a journey ends without stopping it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    url: String,
    log: PathBuf,
}

impl Server {
    /// Starts a server and waits until it is ready. Its output is appended to `log`.
    pub(crate) async fn start(environment: &[(String, String)], port: u16, log: &Path) -> Self {
        let output = File::options().append(true).create(true).open(log).expect("the log can be written");
        let error = output.try_clone().expect("the log can be written");
        let mut command = program(environment);
        command.arg("serve").env("BIND_ADDR", format!("127.0.0.1:{port}")).stdout(output).stderr(error);
        let process = command.spawn().expect("the server can be started");
        let url = format!("http://127.0.0.1:{port}");
        let mut server = Self { process, url, log: log.to_owned() };
        server.wait_until_ready().await;
        server
    }

    async fn wait_until_ready(&mut self) {
        let client = self.client();
        until("the server was ready", async || {
            if let Some(status) = self.process.try_wait().expect("the server is our child") {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            let request = client.request(reqwest::Method::GET, "/health/ready");
            client.try_send(request).await.ok().filter(|answer| answer.status == 200)
        })
        .await;
    }

    /// Nobody in particular, at this server.
    pub fn client(&self) -> Client {
        Client::of(&self.url)
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The token of the link that it printed for who is to operate it.
    pub fn set_up_token(&self) -> String {
        let said = self.log();
        let link = said.split_whitespace().find_map(|word| Some(word.split_once("/setup?token=")?.1));
        link.expect("a link is printed").to_owned()
    }

    /// Tells it to stop, as a supervisor does.
    pub async fn terminate(&self) {
        let process = self.process.id().expect("the server runs").to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status().await.expect("kill can be run");
        assert!(told.success(), "the server could not be told to stop");
    }

    /// Waits until it ended by itself.
    pub async fn ended(mut self) -> ExitStatus {
        let ended = tokio::time::timeout(STOPS_WITHIN, self.process.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("the server did not stop:\n{}", self.log()));
        ended.expect("the server is our child")
    }

    /// Stops it, which it has to do well.
    pub async fn stop(self) {
        self.terminate().await;
        let log = self.log.clone();
        let status = self.ended().await;
        assert!(status.success(), "{status}:\n{}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// Kills it in the middle of whatever it does.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("the server is our child");
    }
}

/// What a command said, after it ended.
pub(crate) async fn run(environment: &[(String, String)], arguments: &[&str]) -> Output {
    program(environment).args(arguments).output().await.expect("the binary can be run")
}
