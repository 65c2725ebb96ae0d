//! Failures in the shape of consent-api 13.3.

use axum::response::{IntoResponse, Response};
use consentry_ledger::{
    Fault,
    records::{
        Attribute, ForeignIdentity, Invalid, ReadRecordError, RecordWish, SearchRecordsError,
        WriteRecordError, Wrong,
    },
};
use consentry_web::{
    error::{ApiError, Code as Registered, FieldError, Place, deferred, json_answer, registry},
    request_id::RequestId,
};
use http::StatusCode;
use serde_json::{Value, json};

/// A failure on its way out.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    error: ApiError,
}

/// The codes of consent-api 13.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidRequest,
    InvalidData,
    InvalidFilter,
    IllegalTransition,
    SearchSizeLimitExceeded,
    AccessFailed,
    InvalidAudience,
    InsufficientScope,
    NotOwner,
    PrivilegeRequired,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
    Conflict,
    PreconditionFailed,
    PayloadTooLarge,
    TooManyRequests,
    UnexpectedError,
    ServiceUnavailable,
}

impl Code {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::InvalidData => "INVALID_DATA",
            Self::InvalidFilter => "INVALID_FILTER",
            Self::IllegalTransition => "ILLEGAL_TRANSITION",
            Self::SearchSizeLimitExceeded => "SEARCH_SIZE_LIMIT_EXCEEDED",
            Self::AccessFailed => "ACCESS_FAILED",
            Self::InvalidAudience => "INVALID_AUDIENCE",
            Self::InsufficientScope => "INSUFFICIENT_SCOPE",
            Self::NotOwner => "NOT_OWNER",
            Self::PrivilegeRequired => "PRIVILEGE_REQUIRED",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::Conflict => "CONFLICT",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::UnexpectedError => "UNEXPECTED_ERROR",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
        }
    }

    /// The entry of the house's registry that decides status and log.
    fn registered(self) -> &'static Registered {
        match self {
            Self::InvalidRequest
            | Self::InvalidData
            | Self::InvalidFilter
            | Self::IllegalTransition
            | Self::SearchSizeLimitExceeded => &registry::INVALID_REQUEST,
            Self::AccessFailed => &registry::UNAUTHENTICATED,
            Self::InvalidAudience | Self::NotOwner | Self::PrivilegeRequired => &registry::FORBIDDEN,
            Self::InsufficientScope => &registry::INSUFFICIENT_SCOPE,
            Self::NotFound => &registry::NOT_FOUND,
            Self::MethodNotAllowed => &registry::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => &registry::NOT_ACCEPTABLE,
            Self::UnsupportedMediaType => &registry::UNSUPPORTED_MEDIA_TYPE,
            Self::Conflict => &registry::CONFLICT,
            Self::PreconditionFailed => &registry::PRECONDITION_FAILED,
            Self::PayloadTooLarge => &registry::PAYLOAD_TOO_LARGE,
            Self::TooManyRequests => &registry::RATE_LIMITED,
            Self::UnexpectedError => &registry::INTERNAL,
            Self::ServiceUnavailable => &registry::UNAVAILABLE,
        }
    }
}

impl Failure {
    /// A failure with what it means for the caller.
    pub(crate) fn new(code: Code, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            code,
            error: ApiError::new(code.registered()).detail(message),
        }
    }

    /// Values that break rules of consent-api 8.2.
    pub(crate) fn invalid_data(fields: Vec<FieldError>) -> Self {
        let mut own = Self::new(
            Code::InvalidData,
            "the request could not be accepted because of invalid data",
        );
        own.error.fields = fields;
        own
    }

    /// Status of its answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.error.status()
    }

    /// Its code on the wire.
    pub(crate) const fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// The failure underneath.
    pub(crate) fn into_error(self) -> ApiError {
        self.error
    }

    /// Changes the failure underneath, for challenges and causes.
    pub(crate) fn with(mut self, change: impl FnOnce(ApiError) -> ApiError) -> Self {
        self.error = change(self.error);
        self
    }

    /// No such record, definition, localization or route.
    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing here")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let code = self.code;
        deferred(self.error, move |error, id| render(code, error, id))
    }
}

fn render(code: Code, error: &ApiError, id: &RequestId) -> Response {
    let mut body = json!({
        "id": id.to_string(),
        "status": error.status().as_u16(),
        "code": code.as_str(),
        "message": error.message(),
    });
    if !error.is_ours() && !error.fields.is_empty() {
        body["details"] = error.fields.iter().map(|field| detail(code, field)).collect();
    }
    json_answer(error, "application/json", &body)
}

fn detail(code: Code, field: &FieldError) -> Value {
    let target = match &field.place {
        Place::Parameter(name) => name.to_string(),
        Place::Pointer(pointer) => pointer.trim_start_matches('/').replace('/', "."),
    };
    let mut detail = json!({ "code": field.code.unwrap_or(code.as_str()), "message": field.detail });
    if !target.is_empty() {
        detail["target"] = target.into();
    }
    detail
}

/// Failures of the web kit: bodies, parameters, routes.
impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let code = match error.status() {
            StatusCode::UNAUTHORIZED => Code::AccessFailed,
            StatusCode::FORBIDDEN => Code::PrivilegeRequired,
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            StatusCode::CONFLICT => Code::Conflict,
            StatusCode::PRECONDITION_FAILED => Code::PreconditionFailed,
            StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
            StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE => Code::ServiceUnavailable,
            status if status.is_client_error() => Code::InvalidRequest,
            _ => Code::UnexpectedError,
        };
        Self { code, error }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Conflict => Self::new(
                Code::Conflict,
                "the record was changed by others at the same time",
            ),
            other => ApiError::from(other).into(),
        }
    }
}

impl From<ReadRecordError> for Failure {
    fn from(error: ReadRecordError) -> Self {
        match error {
            ReadRecordError::NotFound => Self::not_found(),
            ReadRecordError::NotOwner => Self::new(Code::NotOwner, "the record is somebody else's"),
            ReadRecordError::Fault(fault) => fault.into(),
        }
    }
}

impl From<SearchRecordsError> for Failure {
    fn from(error: SearchRecordsError) -> Self {
        match error {
            SearchRecordsError::ForeignSubject => {
                Self::new(Code::PrivilegeRequired, error.to_string()).with(|failure| {
                    failure.field(FieldError::parameter(
                        "subject",
                        "is somebody other than the requester",
                    ))
                })
            }
            SearchRecordsError::Everybody => Self::new(Code::PrivilegeRequired, error.to_string())
                .with(|failure| failure.field(FieldError::parameter("all", "is for privileged requesters"))),
            SearchRecordsError::TooMany { .. } => Self::new(Code::SearchSizeLimitExceeded, error.to_string()),
            SearchRecordsError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ForeignIdentity> for Failure {
    fn from(error: ForeignIdentity) -> Self {
        match error {
            ForeignIdentity::Foreign { attribute } => {
                let field =
                    FieldError::pointer(format!("/{attribute}"), "is somebody other than the requester");
                Self::new(
                    Code::PrivilegeRequired,
                    "only a privileged requester acts for others",
                )
                .with(|failure| failure.field(field))
            }
            ForeignIdentity::NamelessActor | ForeignIdentity::ForeignActor => {
                let why = error.to_string();
                Self::new(
                    Code::PrivilegeRequired,
                    "only a privileged requester changes this record",
                )
                .with(|failure| failure.field(FieldError::pointer("/actor", why)))
            }
            ForeignIdentity::Fault(fault) => fault.into(),
        }
    }
}

/// A write that was refused; `wish` is what was to be written.
pub(crate) fn refused(error: WriteRecordError, wish: &RecordWish) -> Failure {
    match error {
        WriteRecordError::Invalid(broken) => {
            Failure::invalid_data(broken.into_iter().map(|broken| invalid(broken, wish)).collect())
        }
        other => unwritten(other),
    }
}

/// As [`refused`], for writes without a wish.
pub(crate) fn unwritten(error: WriteRecordError) -> Failure {
    match error {
        WriteRecordError::NotFound => Failure::not_found(),
        WriteRecordError::NotOwner => Failure::new(Code::NotOwner, "the record is somebody else's"),
        WriteRecordError::PrivilegeRequired { what } => Failure::new(
            Code::PrivilegeRequired,
            format!("this needs a privileged requester: {what}"),
        ),
        WriteRecordError::IllegalTransition { from, to } => Failure::new(
            Code::IllegalTransition,
            format!("a record cannot go from {from} to {to}"),
        )
        .with(|failure| {
            failure.field(FieldError::pointer(
                "/status",
                "is not reachable from the current one",
            ))
        }),
        WriteRecordError::Precondition => Failure::new(
            Code::PreconditionFailed,
            "the record is no longer what it was when it was read",
        ),
        WriteRecordError::Changed => Failure::new(
            Code::Conflict,
            "the record was changed by others at the same time",
        ),
        WriteRecordError::Invalid(_) => Failure::invalid_data(Vec::new()),
        WriteRecordError::Fault(fault) => fault.into(),
    }
}

pub(crate) fn invalid(broken: Invalid, wish: &RecordWish) -> FieldError {
    let pointer = match broken.attribute {
        Attribute::Definition => "/definition/id",
        Attribute::Version => "/definition/version",
        Attribute::Locale => "/definition/locale",
        Attribute::DataText => "/dataText",
        Attribute::PurposeText => "/purposeText",
        Attribute::Actions => "/actions",
    };
    let locale = wish.locale.as_deref().unwrap_or_default();
    let (code, message) = match broken.wrong {
        Wrong::Missing if matches!(broken.attribute, Attribute::DataText | Attribute::PurposeText) => (
            "REQUIRED_VALUE",
            "is required, because the wording of this version is not known here".to_owned(),
        ),
        Wrong::Missing => ("REQUIRED_VALUE", "is required".to_owned()),
        Wrong::UnknownDefinition => ("DEFINITION_NOT_FOUND", "there is no such definition".to_owned()),
        Wrong::UnknownLocale => (
            "LOCALE_NOT_FOUND",
            format!("the definition has no wording in locale {locale}"),
        ),
        Wrong::UnknownAction => (
            "INVALID_VALUE",
            "names an action that the definition does not have".to_owned(),
        ),
        Wrong::NotPublished => {
            let version = wish
                .version
                .map(|version| version.to_string())
                .unwrap_or_default();
            (
                "VERSION_NOT_AVAILABLE",
                format!("version {version} has not been published for locale {locale}"),
            )
        }
    };
    FieldError::pointer(pointer, message).code(code)
}
