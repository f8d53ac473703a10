use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_smithy_types::base64;
use saaskit_kernel::{Download, PortError, Secret, SignedRequest, SignedUrls, Upload};

use crate::failure::{ADAPTER, failure, unexpected};
use crate::info::metadata;
use crate::storage::R2Storage;

#[async_trait]
impl SignedUrls for R2Storage {
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError> {
        let presigning = presigning(lasts)?;
        let get = self.client.get_object().bucket(&self.bucket).key(download.key.as_str());
        let get = get.response_content_disposition(download.content_disposition());
        let signed = get.presigned(presigning).await.map_err(|error| failure("signing a URL", &error))?;
        Ok(request(&signed))
    }

    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError> {
        upload.check(ADAPTER)?;
        let presigning = presigning(lasts)?;
        let length = i64::try_from(upload.length).map_err(|_| unexpected("a length that is too large"))?;
        let put = self.client.put_object().bucket(&self.bucket).key(upload.key.as_str());
        let mut put = put.content_type(&upload.content_type).content_length(length);
        if let Some(sum) = &upload.sha256 {
            put = put.checksum_sha256(base64::encode(sum)).set_metadata(Some(metadata([], Some(sum))));
        }
        let signed = put.presigned(presigning).await.map_err(|error| failure("signing a URL", &error))?;
        Ok(request(&signed))
    }
}

fn presigning(lasts: Duration) -> Result<PresigningConfig, PortError> {
    SignedRequest::check_time(lasts, ADAPTER)?;
    PresigningConfig::expires_in(lasts).map_err(|_| unexpected("a time that can't be signed"))
}

/// Host and length are sent by every client.
fn request(signed: &PresignedRequest) -> SignedRequest {
    let own = signed.headers().filter(|(name, _)| !matches!(*name, "host" | "content-length"));
    SignedRequest {
        url: Secret::new(signed.uri()),
        headers: own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
