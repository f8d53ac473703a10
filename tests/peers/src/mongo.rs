use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::guarded::Guarded;
use crate::port::{free_port, listening};
use crate::python::environment;

/// A server that speaks MongoDB, a replica set of one: no `mongod` can be had everywhere. It ends with this value, and
/// with this process however that ends.
#[derive(Debug)]
pub struct Mongo {
    port: u16,
    folder: TempDir,
    arguments: &'static [&'static str],
    server: Guarded,
}

impl Mongo {
    /// Makes a Python environment with the server, once, and starts it on a free port. The error says what is
    /// missing. Its data is of no worth, and it does what `failCommand` tells it.
    pub fn start() -> Result<Self> {
        Self::with(&["--enable-test-commands", "--storage-path", ":memory:"])
    }

    /// The same with data on disk: what it acknowledged is there again after it was killed.
    pub fn durable() -> Result<Self> {
        Self::with(&["--enable-test-commands", "--storage-path", "data", "--sync-on-commit"])
    }

    /// One without a replica set.
    pub fn standalone() -> Result<Self> {
        Self::with(&["--standalone", "--storage-path", ":memory:"])
    }

    fn with(arguments: &'static [&'static str]) -> Result<Self> {
        let (port, folder) = (free_port()?, TempDir::new()?);
        let server = run(port, &folder, arguments)?;
        Ok(Self { port, folder, arguments, server })
    }

    /// Where it is, with no database named.
    pub fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port)
    }

    /// Kills it in the middle of whatever it does.
    pub fn kill(&mut self) -> Result<()> {
        self.server.kill()
    }

    /// It does nothing any more, and its connections stay open.
    pub fn pause(&self) -> Result<()> {
        self.server.pause()
    }

    /// It goes on where it was paused.
    pub fn resume(&self) -> Result<()> {
        self.server.resume()
    }

    /// Starts it again on its port and its data.
    pub fn restart(&mut self) -> Result<()> {
        self.server = run(self.port, &self.folder, self.arguments)?;
        Ok(())
    }
}

fn run(port: u16, folder: &TempDir, arguments: &[&str]) -> Result<Guarded> {
    let log = folder.path().join("log");
    let mut command = Command::new(program()?);
    command.current_dir(folder).args(["--host", "127.0.0.1", "--port", &port.to_string()]).args(arguments);
    let mut server = Guarded::start(&mut command, &log)?;
    listening(&mut server, port, &log).context("the MongoDB server")?;
    Ok(server)
}

fn program() -> Result<PathBuf> {
    let root = crate::root();
    let wanted = root.join("adapters/store-mongo/tests/peer/requirements.txt");
    let python = environment(&root.join("target/mongo-peer"), &wanted)?;
    Ok(python.with_file_name("secantusd-py").canonicalize()?)
}
