use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::command::succeed;

/// Nobody trusts it unless told to. It vouches for one certificate, of `localhost` and `127.0.0.1`.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
    root: String,
}

/// The certificate of an authority must not be a server's: clients refuse that.
const EXTENSIONS: &str =
    "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n";

impl Authority {
    /// A new one, made by `openssl`.
    pub fn new() -> Result<Self> {
        let folder = TempDir::with_prefix("saaskit-authority-")?;
        fs::write(folder.path().join("extensions"), EXTENSIONS)?;
        for line in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root-key.pem -out root.pem -days 2 \
             -subj /CN=saaskit-test -addext basicConstraints=critical,CA:TRUE",
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=localhost",
            "x509 -req -in request.pem -CA root.pem -CAkey root-key.pem -CAcreateserial -days 2 -extfile extensions \
             -out certificate.pem",
        ] {
            let mut openssl = Command::new("openssl");
            openssl.args(line.split_whitespace()).current_dir(folder.path());
            succeed(&mut openssl).context("openssl could make no certificate")?;
        }
        let root = fs::read_to_string(folder.path().join("root.pem"))?;
        Ok(Self { folder, root })
    }

    /// What a client has to trust, as PEM.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The same, as a file.
    pub fn root_file(&self) -> PathBuf {
        self.file("root.pem")
    }

    /// The server's certificate, as a PEM file.
    pub fn certificate(&self) -> PathBuf {
        self.file("certificate.pem")
    }

    /// Its key, as a PEM file.
    pub fn key(&self) -> PathBuf {
        self.file("key.pem")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
