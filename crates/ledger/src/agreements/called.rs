//! What another system calls an agreement, as an id of ours.

use aws_lc_rs::digest::{SHA256, digest};
use consentry_domain::{AgreementId, TenantId};

/// The agreement that another system called this: by the UUID that it is, or else by one that the name alone decides (RFC 9562 5.8). So
/// whoever kept the name still finds the agreement.
pub fn agreement_called(tenant: TenantId, name: &str) -> AgreementId {
    if let Ok(id) = name.parse() {
        return id;
    }
    let mut named = b"agreement of another system\0".to_vec();
    named.extend(tenant.uuid().as_bytes());
    named.extend(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(&SHA256, &named).as_ref()[..16]);
    AgreementId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_stays_and_every_other_name_has_one_of_its_own() {
        let tenant: TenantId = "0192f1d6-0000-7000-8000-000000000001".parse().unwrap();
        let other: TenantId = "0192f1d6-0000-7000-8000-000000000002".parse().unwrap();
        let id = "0b6f5f0c-6f5e-4b0e-8a55-3f0f3c1f9e21";
        assert_eq!(agreement_called(tenant, id).to_string(), id);
        let named = agreement_called(tenant, "cn_0042");
        assert_eq!(named.uuid().get_version_num(), 8);
        assert_eq!(named, agreement_called(tenant, "cn_0042"));
        assert_ne!(named, agreement_called(tenant, "cn_0043"));
        assert_ne!(named, agreement_called(other, "cn_0042"));
    }
}
