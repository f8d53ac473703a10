use std::fmt;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::timeout::TimeoutConfig;
use aws_sdk_sns::config::{BehaviorVersion, Config, Region};
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_http_client::tls;
use saaskit_kernel::{ErrorKind, PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};

use crate::SnsConfig;
use crate::bounded::BoundedAnswers;
use crate::config::SnsKey;
use crate::failure::{Request, explain, failure, nonsense};

/// Hands text messages to AWS SNS.
pub struct SnsSms {
    client: Client,
    sender_id: Option<String>,
}

impl SnsSms {
    /// Sends with that key. Nothing is connected yet.
    pub fn new(config: &SnsConfig) -> Result<Self, PortError> {
        config.check().map_err(|invalid| PortError::new(ErrorKind::Invalid, "sns").because(invalid))?;
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let http = aws_smithy_http_client::Builder::new().tls_provider(provider).build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(config.timeout / 3)
            .operation_timeout(config.timeout)
            .build();
        let mut sdk = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials(&config.key))
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .interceptor(BoundedAnswers);
        sdk.set_endpoint_url(config.endpoint_url.clone());
        Ok(Self { client: Client::from_conf(sdk.build()), sender_id: config.sender_id.clone() })
    }
}

fn credentials(key: &SnsKey) -> Credentials {
    let token = key.session_token.as_ref().map(|token| token.expose().to_owned());
    Credentials::new(&key.access_key_id, key.secret_access_key.expose(), token, None, "saaskit")
}

#[async_trait]
impl SmsSender for SnsSms {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        let mut request = self
            .client
            .publish()
            .phone_number(message.to.as_str())
            .message(message.body())
            .message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional")?);
        if let Some(sender_id) = &self.sender_id {
            request = request.message_attributes("AWS.SNS.SMS.SenderID", attribute(sender_id)?);
        }
        if let Some(from) = &message.from {
            request = request.message_attributes("AWS.MM.SMS.OriginationNumber", attribute(from.as_str())?);
        }
        let taken = request.send().await.map_err(|error| explain(Request::Send, &error))?;
        let id = taken.message_id.filter(|id| (1..=100).contains(&id.len()));
        id.map(ProviderId).ok_or_else(|| nonsense(Request::Send))
    }

    async fn status(&self, _: &ProviderId) -> Result<SmsStatus, PortError> {
        Ok(SmsStatus::Unknown)
    }

    async fn verify(&self) -> Result<(), PortError> {
        let answer = self.client.get_sms_attributes().send().await;
        let answer = answer.map_err(|error| explain(Request::Verify, &error))?;
        if answer.attributes.is_none() { Err(nonsense(Request::Verify)) } else { Ok(()) }
    }
}

fn attribute(value: &str) -> Result<MessageAttributeValue, PortError> {
    let built = MessageAttributeValue::builder().data_type("String").string_value(value).build();
    built.map_err(|_| failure(ErrorKind::Unexpected, Request::Send, "no attribute"))
}

/// The client holds the key.
impl fmt::Debug for SnsSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnsSms").finish_non_exhaustive()
    }
}
