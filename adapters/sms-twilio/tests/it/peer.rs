//! A provider in front of the look-alike, if there is one: it can be in every sort of trouble.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::sms_sender::{Provider, ReceivedSms, Trouble};
use saaskit_kernel::{PhoneNumber, Secret, SmsMessage};
use saaskit_peers::{Front, Order};
use saaskit_sms_twilio::{TwilioConfig, TwilioSms};
use serde_json::{Value, json};

pub(crate) const TO: &str = "+40721234567";
pub(crate) const BODY: &str = "Your code is 493817";

/// The account of one test.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) front: Front,
    pub(crate) account: String,
    recorder: Option<String>,
}

impl Peer {
    /// One that only does what it is ordered to.
    pub(crate) async fn alone() -> Self {
        Self::before(None, None).await
    }

    /// In front of the proxy at the first address; what was taken is shown at the second.
    pub(crate) async fn before(proxy: Option<String>, recorder: Option<String>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let account = format!("AC{:016x}{number:016x}", std::process::id());
        Self { front: Front::before(proxy).await.unwrap(), account, recorder }
    }

    pub(crate) fn config(&self) -> TwilioConfig {
        let token = Secret::new(format!("token-of-{}", self.account));
        TwilioConfig {
            base_url: self.front.url(),
            timeout: Duration::from_secs(3),
            ..TwilioConfig::new(&self.account, token, "+15005550006")
        }
    }

    pub(crate) fn sender(&self) -> TwilioSms {
        TwilioSms::new(&self.config()).unwrap()
    }

    /// Answers the next request.
    pub(crate) fn say(&self, status: u16, headers: &str, body: impl Into<String>) {
        self.front.order(Order::Say(answer(status, headers, &body.into())));
    }

    /// Every message that was taken.
    pub(crate) fn taken(&self) -> Vec<Value> {
        let recorder = self.recorder.as_ref().expect("a recorder stands behind this");
        let taken = saaskit_peers::get(recorder, &format!("/taken/{}", self.account)).unwrap();
        serde_json::from_str(&taken).unwrap()
    }
}

pub(crate) fn message() -> SmsMessage {
    SmsMessage::new("sms_1", PhoneNumber::parse(TO).unwrap(), BODY).unwrap()
}

/// What Twilio says when it says no: its sentences repeat what they are about.
pub(crate) fn refusal(status: u16, code: u32) -> String {
    json!({ "code": code, "message": format!("{TO}: {BODY}"), "more_info": TO, "status": status }).to_string()
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    format!("{head}{body}").into_bytes()
}

#[async_trait]
impl Provider for Peer {
    async fn received(&self) -> Vec<ReceivedSms> {
        let text = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
        let received = |message: Value| ReceivedSms {
            to: text(&message, "to"),
            body: text(&message, "body"),
            from: Some(text(&message, "from")),
        };
        self.taken().into_iter().map(received).collect()
    }

    async fn trouble_next(&self, trouble: Trouble) {
        let begin = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{".to_vec();
        match trouble {
            Trouble::Unreachable => self.say(400, "", refusal(400, 21211)),
            Trouble::Throttled(wait) => {
                self.say(429, &format!("Retry-After: {}\r\n", wait.as_secs()), refusal(429, 20429));
            }
            Trouble::Broken => self.say(503, "", refusal(503, 20503)),
            Trouble::Nonsense => self.say(200, "", format!("<html>{TO} {BODY}</html>")),
            Trouble::Endless => self.front.order(Order::SayForEver(begin, Duration::from_millis(1))),
            Trouble::Silent => self.front.order(Order::SayNothing),
            Trouble::HangsUp => self.front.order(Order::HangUp),
            Trouble::TakesAndHangsUp => self.front.order(Order::HandOnAndHangUp),
        }
    }
}
