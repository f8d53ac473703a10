use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, retry};
use saaskit_kernel::{
    ErrorKind, PhoneNumber, PortError, ProviderId, Secret, SmsMessage, SmsSender, SmsStatus,
};
use serde::de::DeserializeOwned;

use crate::TwilioConfig;
use crate::answer::{Answer, Message, Page};
use crate::config::is_sid;
use crate::failure::{Request, nonsense, refused, unanswered};

/// Servers hang up on who says nothing for longer, and a message that meets that may have been taken.
const IDLE: Duration = Duration::from_secs(30);

/// Hands text messages to Twilio.
pub struct TwilioSms {
    client: Client,
    /// Where the account's messages are, without an ending.
    messages: String,
    account_sid: String,
    auth_token: Secret,
    from_number: String,
}

impl TwilioSms {
    /// Sends for that account. Nothing is connected yet.
    pub fn new(config: &TwilioConfig) -> Result<Self, PortError> {
        config.check().map_err(|invalid| PortError::new(ErrorKind::Invalid, "twilio").because(invalid))?;
        let client = Client::builder()
            .timeout(config.timeout)
            .connect_timeout(config.timeout / 3)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .retry(retry::never())
            .no_proxy()
            .build()
            .map_err(|error| PortError::new(ErrorKind::Unexpected, "twilio").because(error))?;
        let base = config.base_url.trim_end_matches('/');
        Ok(Self {
            client,
            messages: format!("{base}/2010-04-01/Accounts/{}/Messages", config.account_sid),
            account_sid: config.account_sid.clone(),
            auth_token: config.auth_token.clone(),
            from_number: config.from_number.clone(),
        })
    }

    /// One request, once.
    async fn ask<T: DeserializeOwned>(
        &self,
        request: Request,
        question: RequestBuilder,
    ) -> Result<T, PortError> {
        let question = question.basic_auth(&self.account_sid, Some(self.auth_token.expose()));
        let response = question.send().await.map_err(|error| unanswered(request, &error))?;
        let answer = Answer::read(response).await;
        if !answer.is_yes() {
            return Err(refused(request, &answer));
        }
        serde_json::from_slice(&answer.body).map_err(|_| nonsense(request))
    }
}

#[async_trait]
impl SmsSender for TwilioSms {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        let from = message.from.as_ref().map_or(self.from_number.as_str(), PhoneNumber::as_str);
        let form = [("To", message.to.as_str()), ("From", from), ("Body", message.body())];
        let question = self.client.post(format!("{}.json", self.messages)).form(&form);
        let taken: Message = self.ask(Request::Send, question).await?;
        if !is_message(&taken.sid) {
            return Err(nonsense(Request::Send));
        }
        Ok(ProviderId(taken.sid))
    }

    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError> {
        if !is_message(&id.0) {
            return Err(PortError::new(ErrorKind::Rejected, "twilio").because("no message has such an id"));
        }
        let question = self.client.get(format!("{}/{}.json", self.messages, id.0));
        let message: Message = self.ask(Request::Status, question).await?;
        Ok(message.status())
    }

    async fn verify(&self) -> Result<(), PortError> {
        let question = self.client.get(format!("{}.json", self.messages)).query(&[("PageSize", 1)]);
        self.ask::<Page>(Request::Verify, question).await.map(drop)
    }
}

fn is_message(sid: &str) -> bool {
    is_sid(sid, &["SM", "MM"])
}

/// Who is who is no secret, and nobody's business.
impl fmt::Debug for TwilioSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioSms").finish_non_exhaustive()
    }
}
