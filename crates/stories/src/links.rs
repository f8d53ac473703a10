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
        self.with_token("verify-email", token)
    }

    /// The page a new password is chosen on.
    pub fn reset_password(&self, token: &Secret) -> String {
        self.with_token("reset-password", token)
    }

    /// The page that unlocks an account.
    pub fn unlock(&self, token: &Secret) -> String {
        self.with_token("unlock", token)
    }

    /// The page that proves a new address.
    pub fn confirm_email(&self, token: &Secret) -> String {
        self.with_token("confirm-email", token)
    }

    /// The page that brings an old address back.
    pub fn undo_email(&self, token: &Secret) -> String {
        self.with_token("undo-email", token)
    }

    /// The page the first operator signs up on.
    pub fn set_up(&self, token: &Secret) -> String {
        self.with_token("setup", token)
    }

    /// The front page.
    pub fn home(&self) -> String {
        format!("{}/", self.public_url)
    }

    fn with_token(&self, page: &str, token: &Secret) -> String {
        format!("{}/{page}?token={}", self.public_url, token.expose())
    }
}
