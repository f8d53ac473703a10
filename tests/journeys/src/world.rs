use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;
use tokio::process::Child;

use crate::server::{self, BENCHMARK_TOKEN, PUBLIC_URL};
use crate::{Engine, Server};

/// A password that every policy takes.
pub const PASSWORD: &str = "Correct-Horse-8-Battery";

/// A database and a data folder, on which servers can be started one after the other or side by side.
#[derive(Debug)]
pub struct World {
    data: TempDir,
    environment: Vec<(String, String)>,
}

impl World {
    /// Empty, on that engine.
    pub async fn new(engine: Engine) -> Self {
        let data = TempDir::new().expect("a folder can be made");
        let mut world = Self { environment: Vec::new(), data };
        let folder = world.data_folder().display().to_string();
        world.set("DATA_DIR", &folder);
        world.set("PUBLIC_URL", PUBLIC_URL);
        world.set("BENCHMARK_MODE", "true");
        world.set("BENCHMARK_TOKEN", BENCHMARK_TOKEN);
        if let Some(url) = engine.make().await {
            world.set("DATABASE_URL", &url);
        }
        world
    }

    /// The same, with one more variable of the environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The folder that servers keep their data in.
    pub fn data_folder(&self) -> std::path::PathBuf {
        self.data.path().join("data")
    }

    /// Starts a server on a free port.
    pub async fn serve(&self) -> Server {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a port is free").port();
        let log = self.data.path().join(format!("server-{port}.log"));
        Server::start(&self.environment, port, Path::new(&log)).await
    }

    /// Runs another command of the program.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        server::run(&self.environment, arguments).await
    }

    /// Starts another command of the program, whose standard error can be read while it runs.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = server::program(&self.environment);
        command.args(arguments).stderr(Stdio::piped()).spawn().expect("the binary can be run")
    }
}
