use std::iter;
use std::net::TcpListener;

use anyhow::{Context, Result, ensure};

use super::{RedisServer, ask, until};
use crate::port::free_port;

/// Three masters with a replica each. When a master is gone, its replica takes its place within about a second.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
}

const MASTERS: usize = 3;
/// Servers talk to each other on ports that are higher by so much.
const BUS: u16 = 10_000;

impl RedisCluster {
    /// On free ports. The error says what is missing.
    pub fn start() -> Result<Self> {
        let nodes = iter::repeat_with(start).take(2 * MASTERS).collect::<Result<Vec<_>>>()?;
        let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let create: Vec<&str> = ["--cluster", "create"]
            .into_iter()
            .chain(addresses.iter().map(String::as_str))
            .chain(["--cluster-replicas", "1", "--cluster-yes"])
            .collect();
        let first = nodes.first().context("there is no server")?;
        first.ask(&create).context("making the cluster")?;
        until("the servers of the cluster agree", || nodes.iter().all(|node| is_whole(node.port)))?;
        Ok(Self { nodes })
    }

    /// Where it is reached, by any of its servers.
    pub fn url(&self) -> String {
        let addresses: Vec<String> =
            self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis-cluster://{}", addresses.join("&node=").replacen('&', "?", 1))
    }

    /// Kills one of the masters.
    pub fn kill_a_master(&mut self) -> Result<()> {
        let is_master = |node: &RedisServer| node.ask(&["role"]).is_ok_and(|role| role.starts_with("master"));
        let master = self.nodes.iter_mut().find(|node| is_master(node));
        master.context("there is no master")?.kill()
    }

    /// Starts again whatever was killed, and comes back when the cluster is whole.
    pub fn mend(&mut self) -> Result<()> {
        for node in &mut self.nodes {
            if !node.runs() {
                node.start_again()?;
            }
        }
        until("the cluster is whole again", || self.nodes.iter().all(|node| is_whole(node.port)))
    }
}

/// Without the last two settings a failover soon after the start never happens.
fn start() -> Result<RedisServer> {
    let port = iter::repeat_with(free_port)
        .take(100)
        .flatten()
        .find(|port| port.checked_add(BUS).is_some_and(|bus| TcpListener::bind(("127.0.0.1", bus)).is_ok()));
    let port = port.context("there are no two free ports")?;
    let settings = format!(
        "--port {port} --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 1000 \
         --repl-diskless-sync-delay 0 --cluster-replica-validity-factor 0"
    );
    RedisServer::run("redis-server", port, settings.split_whitespace().map(str::to_owned))
}

fn is_whole(port: u16) -> bool {
    let links = || -> Result<()> {
        ensure!(ask(port, &["cluster", "info"])?.contains("cluster_state:ok"));
        let nodes = ask(port, &["cluster", "nodes"])?;
        ensure!(nodes.lines().count() == 2 * MASTERS && !nodes.contains("fail"));
        ensure!(nodes.lines().filter(|node| node.contains("master")).count() == MASTERS);
        ensure!(!ask(port, &["info", "replication"])?.contains("master_link_status:down"));
        Ok(())
    };
    links().is_ok()
}
