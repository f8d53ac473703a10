use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::command::succeed;
use crate::guarded::Guarded;
use crate::port::{free_port, listening};

const PRISM: &str = "@stoplight/prism-cli@5.14.2";

/// What stands for Twilio: a recorder that answers as Twilio does, behind a proxy that lets nothing through, in
/// neither direction, which Twilio's published contract does not allow.
#[derive(Debug)]
pub struct Twilio {
    port: u16,
    _proxy: Guarded,
    recorder: Recorder,
}

impl Twilio {
    /// Installs the proxy with npm, once, and starts both on free ports. The error says what is missing.
    pub fn start() -> Result<Self> {
        let contract = contract()?;
        let prism = install(&crate::root().join("target/twilio-peer"))?;
        let recorder = Recorder::start()?;
        let port = free_port()?;
        let log = std::env::temp_dir().join(format!("saaskit-twilio-{port}.log"));
        let mut command = Command::new("node");
        command.arg(prism).args(["proxy", "--errors", "-h", "127.0.0.1", "-p", &port.to_string()]);
        command.arg(contract).arg(format!("http://{}", recorder.address));
        let mut proxy = Guarded::start(&mut command, &log)?;
        listening(&mut proxy, port, &log).context("the proxy of Twilio's contract did not start")?;
        Ok(Self { port, _proxy: proxy, recorder })
    }

    /// The address where the contract is watched over, and that where the recorder shows what it took.
    pub fn addresses(&self) -> String {
        format!("127.0.0.1:{} {}", self.port, self.recorder.address)
    }
}

/// Twilio's own contract. It is not ours to hand on, so it lies beside the repository or nowhere.
fn contract() -> Result<PathBuf> {
    let file = crate::root().join("../shared/data/twilio-messages.openapi.json");
    file.canonicalize().context("Twilio's contract is not at ../shared/data/twilio-messages.openapi.json")
}

fn install(folder: &Path) -> Result<PathBuf> {
    let program = folder.join("node_modules/@stoplight/prism-cli/dist/index.js");
    let (made_of, wanted) = (folder.join("made-of"), PRISM.to_owned());
    if program.exists() && fs::read_to_string(&made_of).is_ok_and(|made_of| made_of == wanted) {
        return Ok(program);
    }
    fs::create_dir_all(folder)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(folder).arg(PRISM);
    succeed(&mut npm).with_context(|| format!("npm could not install {PRISM}"))?;
    fs::write(made_of, wanted)?;
    Ok(program)
}

/// It ends with this value, and with this process however that ends: it reads its input, which ends then.
#[derive(Debug)]
struct Recorder {
    address: String,
    server: Child,
}

impl Recorder {
    fn start() -> Result<Self> {
        let mut command = Command::new("python3");
        command.arg(crate::root().join("adapters/sms-twilio/tests/peer/recorder.py"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().context("python3 could not be started")?;
        let output = server.stdout.take().context("the recorder has no output")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        let recorder = Self { address: address.trim().to_owned(), server };
        ensure!(!recorder.address.is_empty(), "the recorder did not start");
        Ok(recorder)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        drop(self.server.wait());
    }
}
