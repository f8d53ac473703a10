//! A provider in front of the look-alike, if there is one: it can be in every sort of trouble.

use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::sms_sender::{Provider, ReceivedSms, Trouble};
use saaskit_kernel::{PhoneNumber, Secret, SmsMessage};
use saaskit_peers::{Front, Order};
use saaskit_sms_sns::{SnsConfig, SnsKey, SnsSms};
use serde_json::Value;

pub(crate) const TO: &str = "+40721234567";
pub(crate) const BODY: &str = "Your code is 493817";

/// What one test sends by.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) front: Front,
    server: Option<String>,
    key: SnsKey,
}

impl Peer {
    /// One that only does what it is ordered to.
    pub(crate) async fn alone() -> Self {
        Self::before(None, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").await
    }

    /// In front of the server of that address, which knows that key.
    pub(crate) async fn before(server: Option<String>, access_key_id: &str, secret: &str) -> Self {
        let key = SnsKey {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: Secret::new(secret),
            session_token: None,
        };
        Self { front: Front::before(server.clone()).await.unwrap(), server, key }
    }

    pub(crate) fn config(&self) -> SnsConfig {
        SnsConfig {
            endpoint_url: Some(self.front.url()),
            sender_id: Some("Acme".to_owned()),
            timeout: Duration::from_secs(3),
            ..SnsConfig::new("eu-central-1", self.key.clone())
        }
    }

    pub(crate) fn sender(&self) -> SnsSms {
        SnsSms::new(&self.config()).unwrap()
    }

    /// Answers the next request.
    pub(crate) fn say(&self, status: u16, headers: &str, body: &str) {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
        self.front.order(Order::Say(format!("{head}{body}").into_bytes()));
    }

    /// The ids of what went through here: the server shows everybody's messages.
    fn ids(&self) -> Vec<String> {
        let id = |answer: String| {
            let (_, rest) = answer.split_once("<MessageId>")?;
            Some(rest.split_once('<')?.0.to_owned())
        };
        self.front.exchanges().into_iter().filter_map(|exchange| id(exchange.answer)).collect()
    }
}

pub(crate) fn message() -> SmsMessage {
    SmsMessage::new("sms_1", PhoneNumber::parse(TO).unwrap(), BODY).unwrap()
}

/// What SNS says when it says no: its sentences repeat what they are about.
pub(crate) fn refusal(code: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{TO}: {BODY}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
}

#[async_trait]
impl Provider for Peer {
    async fn received(&self) -> Vec<ReceivedSms> {
        let server = self.server.as_ref().expect("a server stands behind this");
        let data: Value =
            serde_json::from_str(&saaskit_peers::get(server, "/moto-api/data.json").unwrap()).unwrap();
        let all = data["sns"]["SMS"].as_array().cloned().unwrap_or_default();
        let text = |sms: &Value, name: &str| sms[name].as_str().unwrap().to_owned();
        let received = |id: String| {
            let sms = all.iter().find(|sms| sms["message_id"] == id.as_str())?;
            Some(ReceivedSms { to: text(sms, "phone_number"), body: text(sms, "message"), from: None })
        };
        self.ids().into_iter().filter_map(received).collect()
    }

    async fn trouble_next(&self, trouble: Trouble) {
        let begin = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<PublishResponse>".to_vec();
        match trouble {
            Trouble::Unreachable => self.say(400, "", &refusal("InvalidParameter")),
            Trouble::Throttled(wait) => {
                self.say(429, &format!("Retry-After: {}\r\n", wait.as_secs()), &refusal("Throttled"));
            }
            Trouble::Broken => self.say(503, "", &refusal("ServiceUnavailable")),
            Trouble::Nonsense => self.say(200, "", &format!("{TO} {BODY}")),
            Trouble::Endless => self.front.order(Order::SayForEver(begin, Duration::from_millis(1))),
            Trouble::Silent => self.front.order(Order::SayNothing),
            Trouble::HangsUp => self.front.order(Order::HangUp),
            Trouble::TakesAndHangsUp => self.front.order(Order::HandOnAndHangUp),
        }
    }
}
