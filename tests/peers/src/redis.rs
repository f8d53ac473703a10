use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::apt::installed;
use crate::authority::Authority;
use crate::guarded::Guarded;
use crate::port::{free_port, listening};

mod cluster;
mod sentinel;

pub use cluster::RedisCluster;
pub use sentinel::RedisSentinel;

/// A Redis server that keeps nothing on disk.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    program: PathBuf,
    arguments: Vec<String>,
    home: TempDir,
    process: Guarded,
}

impl RedisServer {
    /// On a free port, with settings such as `--requirepass x` besides. The error says what is missing.
    pub fn start(settings: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let port_setting = ["--port".to_owned(), port.to_string()];
        Self::run(
            "redis-server",
            port,
            port_setting.into_iter().chain(settings.iter().map(|&word| word.into())),
        )
    }

    /// The same, which talks encrypted only.
    pub fn start_encrypted(authority: &Authority) -> Result<Self> {
        let port = free_port()?;
        let settings = [
            ("--port", "0".to_owned()),
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", authority.certificate().display().to_string()),
            ("--tls-key-file", authority.key().display().to_string()),
            ("--tls-ca-cert-file", authority.root_file().display().to_string()),
            ("--tls-auth-clients", "no".to_owned()),
        ];
        Self::run(
            "redis-server",
            port,
            settings.into_iter().flat_map(|(name, value)| [name.to_owned(), value]),
        )
    }

    fn run(program: &str, port: u16, settings: impl Iterator<Item = String>) -> Result<Self> {
        let program = installed(program, program)?;
        let home = TempDir::with_prefix("saaskit-redis-")?;
        let folder = home.path().display().to_string();
        let own = ["--bind", "127.0.0.1", "--dir", &folder, "--save", "", "--appendonly", "no"];
        let arguments: Vec<String> = own.map(str::to_owned).into_iter().chain(settings).collect();
        let process = launch(&program, port, &arguments, &home)?;
        Ok(Self { port, program, arguments, home, process })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it in the middle of whatever it does.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// It says nothing any more, and its connections stay open.
    pub fn pause(&self) -> Result<()> {
        self.process.pause()
    }

    /// It goes on where it was paused.
    pub fn resume(&self) -> Result<()> {
        self.process.resume()
    }

    /// After it was killed: it is there again, where it was, and empty.
    pub fn start_again(&mut self) -> Result<()> {
        self.process = launch(&self.program, self.port, &self.arguments, &self.home)?;
        Ok(())
    }

    /// What it answers to a command.
    pub fn ask(&self, command: &[&str]) -> Result<String> {
        ask(self.port, command)
    }

    fn runs(&mut self) -> bool {
        self.process.runs()
    }
}

fn launch(program: &PathBuf, port: u16, arguments: &[String], home: &TempDir) -> Result<Guarded> {
    let log = home.path().join("log");
    let mut process = Guarded::start(Command::new(program).args(arguments), &log)?;
    listening(&mut process, port, &log)?;
    Ok(process)
}

fn ask(port: u16, command: &[&str]) -> Result<String> {
    let mut cli = Command::new("redis-cli");
    let output = cli.args(["-p", &port.to_string()]).args(command).output().context("running redis-cli")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "redis-cli {command:?}: {said}");
    Ok(said)
}

/// Comes back when it is as it should be.
#[expect(clippy::disallowed_methods, reason = "processes of another make do not say when they have agreed")]
fn until(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..1200 {
        if is_so() {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    anyhow::bail!("within a minute it was not so that {what}")
}
