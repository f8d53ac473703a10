use std::process::Command;

use anyhow::{Context, Result};

use crate::client::exchange;
use crate::guarded::Guarded;
use crate::port::{free_port, listening};
use crate::python::environment;

/// What stands for AWS SNS: it checks every signature and keeps what it would have sent.
#[derive(Debug)]
pub struct Sns {
    port: u16,
    _server: Guarded,
    access_key_id: String,
    secret_access_key: String,
}

/// The requests that make the one key there is; from then on only what it signed is taken.
const REQUESTS: [&str; 3] = [
    "Action=CreateUser&UserName=acme",
    "Action=PutUserPolicy&UserName=acme&PolicyName=all&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement\
     %22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D",
    "Action=CreateAccessKey&UserName=acme",
];

impl Sns {
    /// Makes a Python environment with the server, once, starts it on a free port, and makes a key. The error says
    /// what is missing.
    pub fn start() -> Result<Self> {
        let root = crate::root();
        let peer = root.join("adapters/sms-sns/tests/peer");
        let python = environment(&root.join("target/sns-peer"), &peer.join("requirements.txt"))?;
        let port = free_port()?;
        let log = std::env::temp_dir().join(format!("saaskit-sns-{port}.log"));
        let mut command = Command::new(python);
        command.arg(peer.join("server.py")).arg(port.to_string());
        command.env("INITIAL_NO_AUTH_ACTION_COUNT", REQUESTS.len().to_string());
        let mut server = Guarded::start(&mut command, &log)?;
        listening(&mut server, port, &log).context("the SNS look-alike did not start")?;
        let mut answer = String::new();
        for request in REQUESTS {
            answer = ask(port, request)?;
        }
        let (access_key_id, secret_access_key) =
            (element(&answer, "AccessKeyId")?, element(&answer, "SecretAccessKey")?);
        Ok(Self { port, _server: server, access_key_id, secret_access_key })
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its address, the id of the one key it knows, and that key's secret.
    pub fn access(&self) -> String {
        format!("{} {} {}", self.address(), self.access_key_id, self.secret_access_key)
    }
}

/// What IAM answers to a form. Whom a request is for, the server reads out of its signature, which it does not check yet.
fn ask(port: u16, form: &str) -> Result<String> {
    const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=nobody/20260101/us-east-1/iam/aws4_request, \
                             SignedHeaders=host, Signature=none";
    let form = format!("{form}&Version=2010-05-08");
    let head = format!(
        "POST / HTTP/1.1\r\nHost: iam.amazonaws.com\r\nAuthorization: {SIGNATURE}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    exchange(&format!("127.0.0.1:{port}"), &head, &form).context("the SNS look-alike made no key")
}

fn element(answer: &str, name: &str) -> Result<String> {
    let (_, rest) = answer.split_once(&format!("<{name}>")).with_context(|| format!("no {name}"))?;
    let (value, _) = rest.split_once('<').with_context(|| format!("no end of {name}"))?;
    Ok(value.to_owned())
}
