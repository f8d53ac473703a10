use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::command::succeed;

/// The program of that name, installed with that Debian package if it is missing and we are root.
pub fn installed(program: &str, package: &str) -> Result<PathBuf> {
    if let Some(found) = find(program) {
        return Ok(found);
    }
    install(package)?;
    find(program).with_context(|| format!("apt-get installed {package}, but there is no {program}"))
}

/// Installs a Debian package, one at a time.
pub(crate) fn install(package: &str) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(is_root()?, "{package} is not installed, and only root could install it");
    let apt = |arguments: &[&str]| {
        succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-q"])
        .and_then(|()| apt(&["install", "-y", "-q", package]))
        .with_context(|| format!("{package} is not installed, and apt-get could not install it"))
}

/// Whether we may do anything here.
pub(crate) fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output().context("asking who runs this")?.stdout == b"0\n")
}

fn find(program: &str) -> Option<PathBuf> {
    let output = Command::new("sh").args(["-c", "command -v \"$1\"", "find", program]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(path.trim())).filter(|path| output.status.success() && path.exists())
}
