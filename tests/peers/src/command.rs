use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a command to its end; what it said is the error if it failed.
pub fn succeed(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{}: {}", output.status, format!("{out}\n{err}").trim());
    }
    Ok(())
}
