//! The mail server that the tests talk to; `SAASKIT_TEST_SMTP` says where its control port is.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::email_sender::{EmailSenderHarness, Received, Receiver, Refusal};
use saaskit_conformance::fixtures;
use saaskit_email_smtp::{SmtpConfig, SmtpLogin, SmtpSender, SmtpTls};
use saaskit_kernel::Secret;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The server's inbox of one test: the name the test greets it with.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) inbox: String,
    about: Value,
}

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its server is")]
fn control() -> String {
    std::env::var("SAASKIT_TEST_SMTP").expect("SAASKIT_TEST_SMTP names a mail server's control port")
}

async fn ask(question: Value) -> Value {
    let mut stream = TcpStream::connect(control()).await.unwrap();
    stream.write_all(format!("{question}\n").as_bytes()).await.unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

impl Peer {
    pub(crate) async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let inbox = format!("it-{}-{number}.example.com", std::process::id());
        Self { inbox, about: ask(json!({ "ask": "about" })).await }
    }

    /// How its port of that name is talked to.
    pub(crate) fn config(&self, port: &str, tls: SmtpTls) -> SmtpConfig {
        SmtpConfig {
            port: u16::try_from(self.about[port].as_u64().unwrap()).unwrap(),
            hello: self.inbox.clone(),
            root_certificate: self.about["authority"].as_str().map(str::to_owned),
            timeout: Duration::from_secs(5),
            ..SmtpConfig::new("localhost", tls)
        }
    }

    /// What it lets us in with.
    pub(crate) fn login(&self) -> SmtpLogin {
        let text = |name: &str| self.about[name].as_str().unwrap().to_owned();
        SmtpLogin { username: text("login"), password: Secret::new(text("password")) }
    }

    /// Everything that arrived.
    pub(crate) async fn mails(&self) -> Vec<Value> {
        let mails = ask(json!({ "ask": "mails", "inbox": self.inbox })).await;
        mails.as_array().unwrap().clone()
    }

    /// What the server is to do the next time at a place of the conversation.
    pub(crate) async fn order(&self, order: Value) {
        ask(json!({ "ask": "order", "inbox": self.inbox, "order": order })).await;
    }

    /// Closes every connection.
    pub(crate) async fn hang_up(&self) {
        ask(json!({ "ask": "hang up", "inbox": self.inbox })).await;
    }

    /// Whether the last mail's signature holds by that record, after a change on the way.
    pub(crate) async fn verifies(&self, name: &str, record: &str, change: [&str; 2]) -> bool {
        let question =
            json!({ "ask": "verify", "inbox": self.inbox, "name": name, "record": record, "change": change });
        ask(question).await.as_bool().unwrap()
    }
}

pub(crate) fn sender(config: &SmtpConfig) -> SmtpSender {
    SmtpSender::new(config, fixtures::source()).unwrap()
}

#[async_trait]
impl Receiver for Peer {
    async fn received(&self) -> Vec<Received> {
        let text = |mail: &Value, name: &str| mail[name].as_str().unwrap().to_owned();
        let received = |mail: Value| Received {
            key: text(&mail, "id").trim_start_matches('<').split('@').next().unwrap().to_owned(),
            from: Some(text(&mail, "from")),
            to: text(&mail, "to"),
            subject: text(&mail, "subject"),
            text: text(&mail, "text"),
            html: text(&mail, "html"),
        };
        self.mails().await.into_iter().map(received).collect()
    }

    async fn refuse_next(&self, refusal: Refusal) {
        let say = match refusal {
            Refusal::ForNow => "450 4.2.0 <ana.pop@example.org> is greylisted",
            Refusal::ForGood => "550 5.7.1 <ana.pop@example.org> is nobody for you",
        };
        self.order(json!({ "at": "RCPT", "say": say })).await;
    }

    async fn know_nobody_next(&self) {
        let say = "550 5.1.1 <ana.pop@example.org> is nobody";
        self.order(json!({ "at": "RCPT", "say": say })).await;
    }
}

/// A sender by that port, signed in where the connection is encrypted.
pub(crate) async fn harness(port: &str, tls: SmtpTls) -> EmailSenderHarness {
    let peer = Peer::new().await;
    let mut config = peer.config(port, tls);
    config.login = (tls != SmtpTls::None).then(|| peer.login());
    EmailSenderHarness { sender: std::sync::Arc::new(sender(&config)), receiver: std::sync::Arc::new(peer) }
}
