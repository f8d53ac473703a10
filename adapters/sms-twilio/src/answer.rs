use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use saaskit_kernel::SmsStatus;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What Twilio said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// Empty where it was longer than it may be or broke off.
    pub(crate) body: Vec<u8>,
}

/// Of a message, what matters here.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) sid: String,
    status: String,
}

/// Messages, unread.
#[derive(Deserialize)]
pub(crate) struct Page {
    #[serde(rename = "messages")]
    _messages: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Refusal {
    code: u32,
}

/// An answer of one message of the longest text, in which every sign is written as JSON can, is a third of that.
const LONGEST: usize = 64 * 1024;

impl Answer {
    pub(crate) async fn read(mut response: Response) -> Self {
        let seconds = response.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
        let status = response.status().as_u16();
        let body = body(&mut response).await.unwrap_or_default();
        Self { status, retry_after: seconds.map(Duration::from_secs), body }
    }

    pub(crate) fn is_yes(&self) -> bool {
        StatusCode::from_u16(self.status).is_ok_and(|status| status.is_success())
    }

    /// Why Twilio says no, as a number.
    pub(crate) fn code(&self) -> Option<u32> {
        serde_json::from_slice::<Refusal>(&self.body).ok().map(|refusal| refusal.code)
    }
}

async fn body(response: &mut Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LONGEST {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

impl Message {
    pub(crate) fn status(&self) -> SmsStatus {
        match self.status.as_str() {
            "accepted" | "scheduled" | "queued" | "sending" => SmsStatus::Queued,
            "sent" | "partially_delivered" => SmsStatus::Sent,
            "delivered" | "read" => SmsStatus::Delivered,
            "failed" | "canceled" => SmsStatus::Failed,
            "undelivered" => SmsStatus::Undelivered,
            _ => SmsStatus::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_for_what_became_of_a_message_is_understood() {
        for (word, status) in [
            ("accepted", SmsStatus::Queued),
            ("scheduled", SmsStatus::Queued),
            ("queued", SmsStatus::Queued),
            ("sending", SmsStatus::Queued),
            ("sent", SmsStatus::Sent),
            ("partially_delivered", SmsStatus::Sent),
            ("delivered", SmsStatus::Delivered),
            ("read", SmsStatus::Delivered),
            ("failed", SmsStatus::Failed),
            ("canceled", SmsStatus::Failed),
            ("undelivered", SmsStatus::Undelivered),
            ("received", SmsStatus::Unknown),
            ("a new word", SmsStatus::Unknown),
        ] {
            let message = Message { sid: String::new(), status: word.to_owned() };
            assert_eq!(message.status(), status, "{word}");
        }
    }
}
