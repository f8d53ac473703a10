use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::succeed;

/// The interpreter of an environment that holds just what the list names; made anew when the list changes.
pub fn environment(folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let (python, made_of) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = fs::read_to_string(requirements)?;
    if fs::read_to_string(&made_of).is_ok_and(|made_of| made_of == wanted) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    succeed(venv.args(["-m", "venv", "--clear"]).arg(folder)).context("python3 could make no environment")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements);
    succeed(&mut pip).with_context(|| format!("pip could not install {}", wanted.trim()))?;
    fs::write(made_of, wanted)?;
    Ok(python)
}
