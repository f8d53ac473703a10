use async_trait::async_trait;
use saaskit_auth::Auth;
use saaskit_gateway::port::Authenticator;
use saaskit_kernel::{Fault, Principal};

/// The door believes whom auth believes.
#[derive(Debug, Clone)]
pub struct BearerTokens(pub Auth);

#[async_trait]
impl Authenticator for BearerTokens {
    async fn authenticate(&self, bearer: &str) -> Result<Principal, Box<dyn Fault>> {
        self.0.authenticate(bearer).await.map_err(|refusal| Box::new(refusal) as Box<dyn Fault>)
    }
}
