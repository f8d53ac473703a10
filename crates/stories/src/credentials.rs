use async_trait::async_trait;
use saaskit_auth::{Auth, AuthError};
use saaskit_gateway::port::Authenticator;
use saaskit_kernel::{Fault, Principal};

/// The door believes whom auth believes, by token or by cookie.
#[derive(Debug, Clone)]
pub struct Credentials(pub Auth);

#[async_trait]
impl Authenticator for Credentials {
    async fn bearer(&self, token: &str) -> Result<Principal, Box<dyn Fault>> {
        self.0.authenticate(token).await.map_err(boxed)
    }

    async fn cookie(&self, secret: &str) -> Result<Principal, Box<dyn Fault>> {
        self.0.authenticate_cookie(secret).await.map_err(boxed)
    }
}

fn boxed(refusal: AuthError) -> Box<dyn Fault> {
    Box::new(refusal)
}
