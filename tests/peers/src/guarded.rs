use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::command::succeed;

/// A server's process. A guardian kills it when this value is dropped or this process dies, however it dies.
#[derive(Debug)]
pub struct Guarded {
    server: Child,
    guardian: Child,
}

impl Guarded {
    /// Starts a server; what it says goes to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let error = output.try_clone()?;
        command.stdin(Stdio::null()).stdout(output).stderr(error);
        let server = command.spawn().with_context(|| format!("starting {command:?}"))?;
        let guardian = guardian(server.id())?;
        Ok(Self { server, guardian })
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(None))
    }

    /// Kills it in the middle of whatever it does, and waits until it is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.server.kill()?;
        self.server.wait()?;
        Ok(())
    }

    /// It does nothing any more, and its connections stay open.
    pub fn pause(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// It goes on where it was paused.
    pub fn resume(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let id = self.server.id();
        ensure!(id > 0, "the server has ended");
        succeed(Command::new("kill").args([name, &id.to_string()]))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
        drop(self.guardian.stdin.take());
        drop(self.guardian.wait());
    }
}

/// A process in a group of its own that waits for the end of its input, which comes when this process drops the
/// pipe or dies, and then kills the server.
fn guardian(server: u32) -> Result<Child> {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new("sh");
    command.args(["-c", r#"cat; kill -9 "$1""#, "guardian"]).arg(server.to_string()).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("starting the guardian of a server")
}
