use std::path::PathBuf;

use anyhow::Result;

use saaskit_peers::{environment, root};

/// Makes a Python environment with the tool that judges the HTTP API, once, and says where the tool is.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let root = root().canonicalize()?;
    let requirements = root.join("tests/journeys/tests/openapi/requirements.txt");
    let python = environment(&root.join("target/schemathesis"), &requirements)?;
    Ok(python.with_file_name("schemathesis"))
}
