use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::config::R2Config;

/// Tries of one request, the first included.
const TRIES: u32 = 3;
const CONNECT: Duration = Duration::from_secs(5);

/// A client for that bucket. Checksums are sent only where we ask for them: not everything that speaks like S3 knows
/// those its newest clients send.
pub(crate) fn client(config: &R2Config) -> Client {
    let secret = config.secret_access_key.expose();
    let credentials = Credentials::new(&config.access_key_id, secret, None, None, "saaskit");
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT.min(config.timeout))
        .operation_attempt_timeout(config.timeout)
        .operation_timeout(config.timeout * TRIES)
        .build();
    let sdk = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http.build_https())
        .credentials_provider(credentials)
        .region(Region::new(config.region.clone()))
        .endpoint_url(&config.endpoint)
        .force_path_style(config.path_style)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
        .timeout_config(timeouts)
        .build();
    Client::from_conf(sdk)
}
