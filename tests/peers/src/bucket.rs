use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server with one empty bucket, which speaks like S3 and believes signatures only. It looks at `If-None-Match` and
/// `If-Match`, and writes afterwards: of two at once both may pass. It ends with the test's runtime.
#[derive(Debug)]
pub struct Bucket {
    folder: TempDir,
    address: SocketAddr,
}

impl Bucket {
    /// The bucket.
    pub const NAME: &str = "acme-files";
    /// Who may use it.
    pub const KEY_ID: &str = "key-of-the-bucket";
    /// And how they prove it.
    pub const SECRET: &str = "a-secret-of-the-bucket";

    /// Listens on a free port; needs a Tokio runtime.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(Self::NAME))?;
        let files = s3s_fs::FileSystem::new(folder.path()).ok().context("no folder of a bucket")?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(Self::KEY_ID, Self::SECRET));
        let service = service.build();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    // Whoever cuts the connection is no failure of the bucket.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { folder, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the objects lie, each under its key.
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(Self::NAME)
    }

    /// What it keeps besides objects: parts of what is no object yet.
    pub fn parts(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| name.contains(".upload")).collect()
    }
}
