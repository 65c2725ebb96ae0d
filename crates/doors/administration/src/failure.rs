//! What a refusal of the ledger is on the wire.

use consentry_ledger::{
    Fault, administration::AdministrationError, import::NotTaken, provision::ProvisionError,
    removal::RemovalError,
};
use consentry_web::error::{ApiError, FieldError, registry};

use crate::admission::not_found;

/// The failure that the sender sees.
pub(crate) fn refused(error: AdministrationError) -> ApiError {
    let told = error.to_string();
    match error {
        AdministrationError::Absent => not_found(),
        AdministrationError::OtherState => ApiError::new(&registry::PRECONDITION_FAILED),
        AdministrationError::Refused(error) => provision(error, told),
        AdministrationError::Account(error) => account(error, told),
        AdministrationError::Removal(RemovalError::InUse(_)) => ApiError::new(&registry::IN_USE).detail(told),
        AdministrationError::Removal(RemovalError::Fault(fault)) | AdministrationError::Fault(fault) => {
            failed(fault)
        }
    }
}

fn provision(error: ProvisionError, told: String) -> ApiError {
    match error {
        ProvisionError::WordingPublished { .. } => ApiError::new(&registry::WORDING_PUBLISHED).detail(told),
        ProvisionError::VersionLowered { .. } => ApiError::new(&registry::VERSION_LOWERED)
            .detail(told)
            .field(FieldError::pointer(
                "/version",
                "is lower than the current version",
            )),
        ProvisionError::Fault(fault) => failed(fault),
        other => ApiError::internal(other),
    }
}

fn account(error: NotTaken, told: String) -> ApiError {
    match error {
        NotTaken::IsPerson => ApiError::new(&registry::IDENTIFIER_TAKEN).detail(told),
        NotTaken::NameOfPerson(_) => ApiError::new(&registry::IDENTIFIER_TAKEN)
            .detail("a person who logs in here has one of the names"),
        NotTaken::Password(_) => ApiError::new(&registry::INVALID_REQUEST)
            .detail("the password cannot be used")
            .field(FieldError::pointer("/password", told)),
        NotTaken::Fault(fault) => failed(fault),
    }
}

/// Others changed it again and again, or something is not there.
fn failed(fault: Fault) -> ApiError {
    match fault {
        Fault::Conflict => ApiError::new(&registry::CONFLICT),
        other => other.into(),
    }
}
