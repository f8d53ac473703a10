use saaskit_kernel::Secret;

/// Where links in mails lead: always under the address the operator gave, never under one a request named.
#[derive(Debug, Clone)]
pub struct Links {
    public_url: String,
}

impl Links {
    /// Under that address, such as `https://app.example`.
    pub fn under(public_url: &str) -> Self {
        Self { public_url: public_url.trim_end_matches('/').to_owned() }
    }

    /// The page that proves an address.
    pub fn verify_email(&self, token: &Secret) -> String {
        format!("{}/verify-email?token={}", self.public_url, token.expose())
    }

    /// The page the first operator signs up on.
    pub fn set_up(&self, token: &Secret) -> String {
        format!("{}/setup?token={}", self.public_url, token.expose())
    }

    /// The front page.
    pub fn home(&self) -> String {
        format!("{}/", self.public_url)
    }
}
