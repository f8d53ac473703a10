use std::fs;
use std::iter;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{RedisServer, ask, until};
use crate::apt::installed;
use crate::guarded::Guarded;
use crate::port::{free_port, listening};

/// A master, a replica, and three sentinels that put the replica in the master's place when it is gone, within
/// about fifteen seconds.
#[derive(Debug)]
pub struct RedisSentinel {
    servers: Vec<RedisServer>,
    sentinels: Vec<Sentinel>,
}

#[derive(Debug)]
struct Sentinel {
    port: u16,
    _home: TempDir,
    _process: Guarded,
}

const SENTINELS: usize = 3;
const SERVICE: &str = "main";

impl RedisSentinel {
    /// On free ports. The error says what is missing.
    pub fn start() -> Result<Self> {
        let master = RedisServer::start(&["--repl-diskless-sync-delay", "0"])?;
        let port = master.port.to_string();
        let replica =
            RedisServer::start(&["--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1", &port])?;
        until("the replica follows", || {
            replica.ask(&["info", "replication"]).is_ok_and(|said| said.contains("master_link_status:up"))
        })?;
        let sentinels =
            iter::repeat_with(|| watch(master.port)).take(SENTINELS).collect::<Result<Vec<_>>>()?;
        until("the sentinels know each other", || sentinels.iter().all(knows_everybody))?;
        Ok(Self { servers: vec![master, replica], sentinels })
    }

    /// Where it is reached, by any of the sentinels.
    pub fn url(&self) -> String {
        let addresses: Vec<String> =
            self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port)).collect();
        format!(
            "redis-sentinel://{}&sentinelServiceName={SERVICE}",
            addresses.join("&node=").replacen('&', "?", 1)
        )
    }

    /// Kills the master.
    pub fn kill_the_master(&mut self) -> Result<()> {
        let is_master =
            |server: &RedisServer| server.ask(&["role"]).is_ok_and(|role| role.starts_with("master"));
        let master = self.servers.iter_mut().find(|server| is_master(server));
        master.context("there is no master")?.kill()
    }
}

/// Each writes to a file of its own.
fn watch(master: u16) -> Result<Sentinel> {
    let program = installed("redis-sentinel", "redis-sentinel")?;
    let (port, home) = (free_port()?, TempDir::with_prefix("saaskit-sentinel-")?);
    let (file, log) = (home.path().join("sentinel.conf"), home.path().join("log"));
    let settings = format!(
        "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor {SERVICE} 127.0.0.1 {master} 2\n\
         sentinel down-after-milliseconds {SERVICE} 1000\nsentinel failover-timeout {SERVICE} 3000\n",
        home.path().display()
    );
    fs::write(&file, settings)?;
    let mut process = Guarded::start(Command::new(program).arg(&file), &log)?;
    listening(&mut process, port, &log)?;
    Ok(Sentinel { port, _home: home, _process: process })
}

fn knows_everybody(sentinel: &Sentinel) -> bool {
    let count = |command: &[&str]| {
        ask(sentinel.port, command).map_or(0, |said| said.lines().filter(|line| *line == "runid").count())
    };
    count(&["sentinel", "sentinels", SERVICE]) == SENTINELS - 1
        && count(&["sentinel", "replicas", SERVICE]) == 1
}
