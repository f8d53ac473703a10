use futures_util::future::join_all;
use saaskit_journeys::{Client, Server, World};

use crate::Front;

/// Servers side by side in one world.
#[derive(Debug)]
pub struct Cluster {
    world: World,
    /// Those that run.
    pub nodes: Vec<Server>,
}

impl Cluster {
    /// So many servers, started at once.
    pub async fn of(world: World, nodes: usize) -> Self {
        let world = world.with("DATABASE_POOL_MIN", "1").with("DATABASE_POOL_MAX", "5");
        let nodes = join_all((0..nodes).map(|_| world.serve())).await;
        Self { world, nodes }
    }

    /// Starts one more.
    pub async fn join(&mut self) {
        self.nodes.push(self.world.serve().await);
    }

    /// Takes one out, which runs on until something is done to it.
    pub fn take(&mut self, node: usize) -> Server {
        self.nodes.remove(node)
    }

    /// The same person at every node but the first.
    pub fn elsewhere(&self, person: &Client) -> Vec<Client> {
        self.nodes.iter().skip(1).map(|node| person.at(node.url())).collect()
    }

    /// What stands before those that run now.
    pub fn front(&self) -> Front {
        Front::before(self.nodes.iter().map(|node| node.url().to_owned()))
    }

    /// Stops all of them, which they have to do well.
    pub async fn stop(self) {
        join_all(self.nodes.into_iter().map(Server::stop)).await;
    }
}
