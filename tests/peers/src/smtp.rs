use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::python::environment;

/// A mail server that takes and refuses what the tests tell it to. It ends with this value, and with this process
/// however that ends: it reads its input, which ends then.
#[derive(Debug)]
pub struct Smtp {
    control: String,
    server: Child,
}

impl Smtp {
    /// Makes a Python environment with what the server needs, once, and starts it on free ports. The error says what
    /// is missing.
    pub fn start() -> Result<Self> {
        let root = crate::root();
        let peer = root.join("adapters/email-smtp/tests/peer");
        let python = environment(&root.join("target/smtp-peer"), &peer.join("requirements.txt"))?;
        let mut command = Command::new(python);
        command.args(["-W", "ignore"]).arg(peer.join("peer.py"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().context("starting the mail server")?;
        let mut control = String::new();
        let output = server.stdout.take().context("the mail server has no output")?;
        BufReader::new(output).read_line(&mut control)?;
        let server = Self { control: control.trim().to_owned(), server };
        ensure!(!server.control.is_empty(), "the mail server did not start");
        Ok(server)
    }

    /// Where it is told what to do.
    pub fn control(&self) -> String {
        self.control.clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        drop(self.server.wait());
    }
}
