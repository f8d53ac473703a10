//! Servers in processes of their own.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, Request};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{cpu, load};

const BYPASS: &str = "benchmark-token-of-more-than-32-characters";
/// Where people would reach a server, wherever it listens: nodes of one site believe each other's tokens.
const PUBLIC_URL: &str = "http://localhost:8080";

/// A data folder, on which servers can be started one after the other or side by side.
pub(crate) struct Site {
    binary: PathBuf,
    data: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Site {
    /// An empty one, that signs by Ed25519.
    pub(crate) fn new(binary: &std::path::Path) -> anyhow::Result<Self> {
        let site = Self { binary: binary.to_owned(), data: tempfile::tempdir()?, environment: Vec::new() };
        let folder = site.data.path().display().to_string();
        Ok(site
            .with("DATA_DIR", folder)
            .with("PUBLIC_URL", PUBLIC_URL)
            .with("BENCHMARK_MODE", "true")
            .with("BENCHMARK_TOKEN", BYPASS)
            .with("JWT_ALGORITHM", "EdDSA")
            .with("LOG_FORMAT", "json"))
    }

    /// The same with that setting; the last one counts.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Starts one with another setting.
    pub(crate) async fn serve_with(&self, name: &str, value: &str) -> anyhow::Result<Server> {
        self.start(&[(name, value)]).await
    }

    /// Starts a server on a free port and waits until it is ready. Its log goes nowhere, line by line.
    pub(crate) async fn serve(&self) -> anyhow::Result<Server> {
        self.start(&[]).await
    }

    async fn start(&self, more: &[(&str, &str)]) -> anyhow::Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(&self.binary);
        command.arg("serve").envs(self.environment.iter().cloned()).envs(more.iter().copied());
        command.env("BIND_ADDR", format!("127.0.0.1:{port}")).stderr(Stdio::null());
        let started = Instant::now();
        Server::ready(command.spawn()?, format!("http://localhost:{port}"), "/health/ready", started).await
    }
}

pub(crate) struct Server {
    process: Child,
    url: String,
    pub(crate) client: Client,
    pub(crate) start_cpu_ms: f64,
    pub(crate) start_wall_ms: f64,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    /// The first one it sets, as a browser sends it back.
    pub(crate) cookie: Option<String>,
    pub(crate) body: Value,
}

impl Server {
    /// The bare one, and a token that it believes.
    pub(crate) async fn floor() -> anyhow::Result<(Self, String)> {
        let mut command = Command::new(std::env::current_exe()?);
        let started = Instant::now();
        command.arg("--floor").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let mut said = String::new();
        let out = process.stdout.take().context("no output")?;
        std::io::BufReader::new(out).read_line(&mut said)?;
        let (address, token) = said.trim().split_once(' ').context("no address")?;
        let server = Self::ready(process, format!("http://{address}"), "/json", started).await?;
        Ok((server, token.to_owned()))
    }

    async fn ready(process: Child, url: String, path: &str, started: Instant) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        let mut server = Self { process, url, client, start_cpu_ms: 0.0, start_wall_ms: 0.0 };
        let ready = format!("{}{path}", server.url);
        while !answers(&server.client, &ready).await {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("the server does not get ready");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server.start_cpu_ms = server.cpu_us()? / 1e3;
        server.start_wall_ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(server)
    }

    pub(crate) fn cpu_us(&self) -> anyhow::Result<f64> {
        cpu::used_us(self.process.id())
    }

    pub(crate) fn memory_mib(&self) -> anyhow::Result<f64> {
        cpu::resident_mib(self.process.id())
    }

    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> anyhow::Result<Request> {
        self.request(Method::GET, path, token, None)
    }

    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Request> {
        self.request(Method::POST, path, token, Some(body))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Request> {
        let mut request =
            self.client.request(method, format!("{}{path}", self.url)).header("x-benchmark-token", BYPASS);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Ok(request.build()?)
    }

    /// Whatever it answers.
    pub(crate) async fn answer(&self, request: Request) -> anyhow::Result<Answer> {
        let answer = self.client.execute(request).await?;
        let status = answer.status().as_u16();
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after = header("retry-after").map(str::to_owned);
        let cookie = header("set-cookie").and_then(|line| line.split(';').next()).map(str::to_owned);
        Ok(Answer { status, retry_after, cookie, body: answer.json().await.unwrap_or_default() })
    }

    /// What it answers if that is a success.
    pub(crate) async fn ask(&self, request: Request) -> anyhow::Result<Value> {
        let path = request.url().path().to_owned();
        let Answer { status, body, .. } = self.answer(request).await?;
        if !(200..300).contains(&status) {
            bail!("{path}: {status} {body}");
        }
        Ok(body)
    }

    /// CPU per request of so many lanes, in microseconds.
    pub(crate) async fn cost(
        &self,
        lanes: usize,
        each: usize,
        request: impl Fn(usize, usize) -> anyhow::Result<Request> + Sync,
    ) -> anyhow::Result<f64> {
        let before = self.cpu_us()?;
        load::send(&self.client, lanes, each, request).await?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        Ok((self.cpu_us()? - before) / (lanes * each) as f64)
    }

    /// CPU per read of one path, after a tenth of them to warm up.
    pub(crate) async fn cost_of_reads(
        &self,
        path: &str,
        token: Option<&str>,
        total: usize,
    ) -> anyhow::Result<f64> {
        const LANES: usize = 16;
        let request = |_, _| self.get(path, token);
        load::send(&self.client, LANES, total / LANES / 10, request).await?;
        self.cost(LANES, total / LANES, request).await
    }

    /// Waits until it has nothing left to work off.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        const MOMENT: Duration = Duration::from_millis(500);
        loop {
            let before = self.cpu_us()?;
            tokio::time::sleep(MOMENT).await;
            if self.cpu_us()? - before <= 30_000.0 {
                return Ok(());
            }
        }
    }
}

async fn answers(client: &Client, url: &str) -> bool {
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
