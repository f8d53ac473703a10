use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::python::environment;

/// Makes a Python environment with the tool that judges the HTTP API, once, and says where the tool is.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let requirements = root.join("tests/journeys/tests/openapi/requirements.txt");
    let python = environment(&root.join("target/schemathesis"), &requirements)?;
    Ok(python.with_file_name("schemathesis"))
}
