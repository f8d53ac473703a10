use saaskit_kernel::{Code, Fault, Invalid, Principal, TenantId};

/// The header names another workspace than the session acts in, or none that can be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the workspace in X-Tenant-Id is not the one your session acts in")]
pub struct TenantMismatch;

impl TenantMismatch {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[TENANT_MISMATCH];
}

const TENANT_MISMATCH: Code = Code::malformed("TENANT_MISMATCH");

/// The workspace a request acts in where its path names none: its session's, or the one its header selects. Neither
/// is evidence of anything, and nobody acts in none.
pub(crate) fn acting_tenant(
    principal: Option<&Principal>,
    header: Option<&str>,
) -> Result<Option<TenantId>, TenantMismatch> {
    let session = principal.and_then(|principal| principal.tenant);
    let named: Option<TenantId> = header.map(str::parse).transpose().map_err(|_| TenantMismatch)?;
    match (session, named) {
        (Some(session), Some(named)) if session != named => Err(TenantMismatch),
        (session, named) => Ok(session.or(named).filter(|_| principal.is_some())),
    }
}

impl Fault for TenantMismatch {
    fn code(&self) -> Code {
        TENANT_MISMATCH
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        Vec::new()
    }

    fn retry_after(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use saaskit_kernel::Source;

    use super::*;

    #[test]
    fn a_header_selects_where_the_session_does_not_and_must_agree_where_it_does() {
        let source = Source::system();
        let (acme, other): (TenantId, TenantId) = (source.id(), source.id());
        let nowhere = Principal::new(source.id(), source.id(), source.now());
        let in_acme = Principal { tenant: Some(acme), ..nowhere.clone() };
        let [acme_text, other_text] = [acme, other].map(|tenant| tenant.to_string());
        for (principal, header, answer) in [
            (None, None, Ok(None)),
            (None, Some(acme_text.as_str()), Ok(None)),
            (Some(&nowhere), None, Ok(None)),
            (Some(&nowhere), Some(other_text.as_str()), Ok(Some(other))),
            (Some(&in_acme), None, Ok(Some(acme))),
            (Some(&in_acme), Some(acme_text.as_str()), Ok(Some(acme))),
            (Some(&in_acme), Some(other_text.as_str()), Err(TenantMismatch)),
            (Some(&nowhere), Some("acme"), Err(TenantMismatch)),
            (Some(&nowhere), Some(""), Err(TenantMismatch)),
            (None, Some("acme"), Err(TenantMismatch)),
        ] {
            assert_eq!(acting_tenant(principal, header), answer, "{header:?}");
        }
    }
}
