use saaskit_kernel::{Secret, constant_time_eq};

/// Lets a benchmark past the limits, never past authentication.
#[derive(Debug, Clone)]
pub struct Bypass(Secret);

/// Why there is no bypass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BypassRefused {
    /// Production has no way past the limits.
    #[error("the benchmark mode is not for production")]
    InProduction,
    /// A token that can be guessed.
    #[error("the benchmark token needs at least 16 characters")]
    TooShort,
}

impl Bypass {
    /// A bypass for whoever shows `token`.
    pub fn new(token: Secret, in_production: bool) -> Result<Self, BypassRefused> {
        match () {
            () if in_production => Err(BypassRefused::InProduction),
            () if token.expose().len() < 16 => Err(BypassRefused::TooShort),
            () => Ok(Self(token)),
        }
    }

    /// Whether `shown` is the token, compared in constant time.
    pub(crate) fn opens_for(&self, shown: &str) -> bool {
        constant_time_eq(self.0.expose().as_bytes(), shown.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_has_no_bypass_and_a_short_token_makes_none() {
        let token = || Secret::new("0123456789abcdef");
        assert_eq!(Bypass::new(token(), true).unwrap_err(), BypassRefused::InProduction);
        assert_eq!(Bypass::new(Secret::new("short"), false).unwrap_err(), BypassRefused::TooShort);
        let bypass = Bypass::new(token(), false).unwrap();
        assert!(bypass.opens_for("0123456789abcdef"));
        assert!(!bypass.opens_for("0123456789abcdeF"));
        assert!(!bypass.opens_for(""));
    }
}
