//! A server in a process of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{cpu, load};

const BYPASS: &str = "benchmark-token-of-more-than-32-characters";
const EMAIL: &str = "ana@example.org";
const PASSWORD: &str = "Sunny-Meadow-42";

pub(crate) struct Server {
    process: Child,
    url: String,
    client: Client,
    pub(crate) start_cpu_ms: f64,
    pub(crate) start_wall_ms: f64,
    _data: Option<TempDir>,
}

impl Server {
    /// The bare one.
    pub(crate) async fn floor() -> anyhow::Result<Self> {
        use std::io::BufRead as _;
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("--floor").stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = process.stdout.take().context("no output")?;
        std::io::BufReader::new(out).read_line(&mut address)?;
        Self::ready(process, format!("http://{}", address.trim()), "/json", None).await
    }

    /// Saaskit on embedded defaults, its database in a throw-away folder, started once before.
    pub(crate) async fn saaskit(binary: &Path) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let start = || {
            Command::new(binary)
                .arg("serve")
                .env("DATA_DIR", data.path())
                .env("BIND_ADDR", format!("127.0.0.1:{port}"))
                .env("BENCHMARK_MODE", "true")
                .env("BENCHMARK_TOKEN", BYPASS)
                .env("JWT_ALGORITHM", "EdDSA")
                .env("LOG_FORMAT", "json")
                .stderr(Stdio::null())
                .spawn()
        };
        let url = format!("http://localhost:{port}");
        drop(Self::ready(start()?, url.clone(), "/health/ready", None).await?);
        Self::ready(start()?, url, "/health/ready", Some(data)).await
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures wall time too")]
    async fn ready(process: Child, url: String, path: &str, data: Option<TempDir>) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        let started = Instant::now();
        while !answers(&client, &format!("{url}{path}")).await {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("the server does not get ready");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let start_cpu_ms = cpu::used_us(process.id())? / 1e3;
        let start_wall_ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(Self { process, url, client, start_cpu_ms, start_wall_ms, _data: data })
    }

    pub(crate) fn memory_mib(&self) -> anyhow::Result<f64> {
        cpu::resident_mib(self.process.id())
    }

    /// CPU per request in microseconds.
    pub(crate) async fn cost_of_reads(
        &self,
        path: &str,
        token: Option<&str>,
        total: usize,
    ) -> anyhow::Result<f64> {
        let request = || {
            let mut request =
                self.client.get(format!("{}{path}", self.url)).header("x-benchmark-token", BYPASS);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            Ok(request.build()?)
        };
        load::send(&self.client, total / 10, 16, request).await?;
        self.cost(total, 16, request).await
    }

    /// CPU per login in microseconds.
    pub(crate) async fn cost_of_logins(&self, total: usize) -> anyhow::Result<f64> {
        self.cost(total, 4, || self.post("/auth/login", &json!({ "email": EMAIL, "password": PASSWORD })))
            .await
    }

    async fn cost(
        &self,
        total: usize,
        at_once: usize,
        request: impl Fn() -> anyhow::Result<reqwest::Request> + Sync,
    ) -> anyhow::Result<f64> {
        let before = cpu::used_us(self.process.id())?;
        load::send(&self.client, total, at_once, request).await?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        Ok((cpu::used_us(self.process.id())? - before) / total as f64)
    }

    /// Registers, verifies and signs in; gives the access token.
    pub(crate) async fn sign_in_somebody(&self) -> anyhow::Result<String> {
        self.ask("/auth/register", &json!({ "email": EMAIL, "password": PASSWORD })).await?;
        let link = self.first_link().await?;
        let token = link.split_once("token=").context("no token")?.1.to_owned();
        self.ask("/auth/verify-email", &json!({ "token": token })).await?;
        let signed_in = self.ask("/auth/login", &json!({ "email": EMAIL, "password": PASSWORD })).await?;
        let access = signed_in["access_token"].as_str().context("no access token")?.to_owned();
        self.client
            .execute(
                self.client
                    .post(format!("{}/api/v1/tenants", self.url))
                    .bearer_auth(&access)
                    .json(&json!({ "name": "Acme", "slug": "acme" }))
                    .build()?,
            )
            .await?
            .error_for_status()?;
        Ok(access)
    }

    async fn first_link(&self) -> anyhow::Result<String> {
        for _ in 0..500 {
            let outbox: Value =
                self.client.get(format!("{}/dev/outbox.json", self.url)).send().await?.json().await?;
            if let Some(link) = outbox[0]["links"][0].as_str() {
                return Ok(link.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("no mail came")
    }

    async fn ask(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.client.execute(self.post(path, body)?).await?.error_for_status()?;
        Ok(answer.json().await.unwrap_or_default())
    }

    fn post(&self, path: &str, body: &Value) -> anyhow::Result<reqwest::Request> {
        let request = self.client.request(Method::POST, format!("{}/api/v1{path}", self.url));
        Ok(request.header("x-benchmark-token", BYPASS).json(body).build()?)
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
