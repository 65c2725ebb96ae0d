//! Reading questions (AuthZEN 1.0, 5 and 6; CHK-03, CHK-04).

use consentry_domain::{AccountId, Timestamp, definition::WordingVersion};
use consentry_ledger::checks::{HISTORY, Moment, Question, Resource, SubjectName, Toward, Within};
use consentry_web::error::{ApiError, registry};
use serde_json::{Map, Value};

use crate::admission::invalid;

/// Longest text, in characters (enforcement-events-evidence 11).
const LONGEST: usize = 1_024;

/// Longest id of a resource: data sources have long ones.
const LONGEST_RESOURCE: usize = 65_536;

/// The members of a request, of which a batch has defaults and items of its own.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a> {
    own: &'a Map<String, Value>,
    defaults: Option<&'a Map<String, Value>>,
    /// Where `own` stands in the body.
    place: &'a str,
}

impl<'a> Members<'a> {
    /// Of a request with one question.
    pub(crate) const fn whole(own: &'a Map<String, Value>) -> Self {
        Self {
            own,
            defaults: None,
            place: "",
        }
    }

    /// Of one question among several. A member that it has takes the place of the default as a whole.
    pub(crate) const fn item(
        own: &'a Map<String, Value>,
        defaults: &'a Map<String, Value>,
        place: &'a str,
    ) -> Self {
        Self {
            own,
            defaults: Some(defaults),
            place,
        }
    }

    /// An object that must be there.
    fn object(self, name: &'static str) -> Result<Object<'a>, ApiError> {
        self.optional(name)?
            .ok_or_else(|| invalid(&format!("{}/{name}", self.place), "is required"))
    }

    /// An object that may be left out.
    fn optional(self, name: &'static str) -> Result<Option<Object<'a>>, ApiError> {
        let (value, item) = match self.own.get(name) {
            Some(value) => (Some(value), self.place),
            None => (self.defaults.and_then(|defaults| defaults.get(name)), ""),
        };
        let place = Place {
            item,
            object: name,
            part: None,
        };
        match value {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Object {
                members: Some(members),
                place,
            })),
            Some(_) => Err(invalid(&place.to_string(), "must be an object")),
        }
    }
}

/// Where an object stands in the body. Written out only where somebody has to know.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// Of the question, among several.
    item: &'a str,
    object: &'static str,
    /// The member of that object.
    part: Option<&'static str>,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.item, self.object)?;
        self.part.map_or(Ok(()), |part| write!(f, "/{part}"))
    }
}

/// One object of a request.
struct Object<'a> {
    /// None: it is not there, and so has nothing.
    members: Option<&'a Map<String, Value>>,
    place: Place<'a>,
}

impl<'a> Object<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.and_then(|members| members.get(name))
    }

    fn place_of(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    fn text(&self, name: &str) -> Result<&'a str, ApiError> {
        self.text_up_to(LONGEST, name)?
            .ok_or_else(|| invalid(&self.place_of(name), "is required"))
    }

    fn optional_text(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        self.text_up_to(LONGEST, name)
    }

    fn text_up_to(&self, longest: usize, name: &str) -> Result<Option<&'a str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= longest => Ok(Some(text)),
            Some(Value::String(_)) => {
                let why = format!("is longer than {longest} characters");
                Err(invalid(&self.place_of(name), &why))
            }
            Some(_) => Err(invalid(&self.place_of(name), "must be a string")),
        }
    }

    fn properties(&self) -> Result<Self, ApiError> {
        let members = match self.get("properties") {
            None => None,
            Some(Value::Object(members)) => Some(members),
            Some(_) => return Err(invalid(&self.place_of("properties"), "must be an object")),
        };
        Ok(Self {
            members,
            place: self.within("properties"),
        })
    }

    fn within(&self, part: &'static str) -> Place<'a> {
        Place {
            part: Some(part),
            ..self.place
        }
    }
}

/// Reads a whole question.
pub(crate) fn question(moment: &Moment<'_>, members: Members<'_>) -> Result<Question, ApiError> {
    let subject = subject(members)?;
    let action = action(members)?;
    let resource = resource(members)?;
    let context = Context::read(moment, members)?;
    if context.as_of.is_some() && resource.account.is_some() {
        let place = "/resource/properties/account_id";
        return Err(invalid(
            place,
            "cannot be asked about together with context.as_of",
        ));
    }
    alone(&context.within, Some(&subject), Some(&resource))?;
    if subject.acr.is_some() && resource.target.is_some() {
        let place = "/resource/properties/resource";
        return Err(invalid(
            place,
            "cannot be asked about together with subject.properties.acr",
        ));
    }
    Ok(Question {
        subject,
        resource,
        action,
        audience: context.audience,
        within: context.within,
        as_of: context.as_of,
        record_use: context.record_use,
    })
}

/// Refuses a regulation beside what keeps consents apart as well: no consent is kept apart by both.
pub(crate) fn alone(
    within: &Within,
    subject: Option<&SubjectName>,
    resource: Option<&Resource>,
) -> Result<(), ApiError> {
    let other = if subject.is_some_and(|subject| subject.acr.is_some()) {
        "subject.properties.acr"
    } else if resource.is_some_and(|resource| resource.target.is_some()) {
        "resource.properties.resource"
    } else {
        return Ok(());
    };
    match within.regulation {
        Some(_) => {
            let why = format!("cannot be asked about together with {other}");
            Err(invalid("/context/regulation", &why))
        }
        None => Ok(()),
    }
}

/// Whose data.
pub(crate) fn subject(members: Members<'_>) -> Result<SubjectName, ApiError> {
    let subject = members.object("subject")?;
    let properties = subject.properties()?;
    let property = |name| Ok::<_, ApiError>(properties.optional_text(name)?.map(str::to_owned));
    Ok(SubjectName {
        kind: subject.text("type")?.to_owned(),
        id: subject.text("id")?.to_owned(),
        issuer: property("issuer")?,
        acr: property("acr")?,
    })
}

/// What for.
pub(crate) fn action(members: Members<'_>) -> Result<String, ApiError> {
    let action = members.object("action")?;
    action.properties()?;
    Ok(action.text("name")?.to_owned())
}

/// Which data.
pub(crate) fn resource(members: Members<'_>) -> Result<Resource, ApiError> {
    let resource = members.object("resource")?;
    let properties = resource.properties()?;
    let least = properties.optional_text("min_version")?;
    let least = least.map(str::parse::<WordingVersion>).transpose();
    let account = properties.optional_text("account_id")?.map(AccountId::parse);
    let account = account.transpose().map_err(|error| {
        let place = properties.place_of("account_id");
        invalid(&place, &error.to_string())
    })?;
    Ok(Resource {
        kind: resource.text("type")?.to_owned(),
        id: resource
            .text_up_to(LONGEST_RESOURCE, "id")?
            .ok_or_else(|| invalid(&resource.place_of("id"), "is required"))?
            .to_owned(),
        target: properties.optional_text("resource")?.map(str::to_owned),
        min_version: least
            .map_err(|error| invalid(&properties.place_of("min_version"), &error.to_string()))?,
        account,
    })
}

/// What those are who are searched for, and whose names are wanted.
pub(crate) fn subject_type(members: Members<'_>) -> Result<(String, Option<String>), ApiError> {
    let subject = members.object("subject")?;
    let issuer = subject.properties()?.optional_text("issuer")?;
    Ok((subject.text("type")?.to_owned(), issuer.map(str::to_owned)))
}

/// Type of the resources that are searched for.
pub(crate) fn resource_type(members: Members<'_>) -> Result<String, ApiError> {
    let resource = members.object("resource")?;
    resource.properties()?;
    Ok(resource.text("type")?.to_owned())
}

/// What of the context counts.
pub(crate) struct Context {
    pub audience: Toward,
    pub within: Within,
    pub as_of: Option<Timestamp>,
    pub record_use: bool,
}

impl Context {
    pub(crate) fn read(moment: &Moment<'_>, members: Members<'_>) -> Result<Self, ApiError> {
        let context = members.optional("context")?.unwrap_or(Object {
            members: None,
            place: Place {
                item: members.place,
                object: "context",
                part: None,
            },
        });
        let audience = match context.get("audience") {
            Some(Value::Object(members)) => {
                let place = context.within("audience");
                let members = Some(members);
                Some(Object { members, place }.text("client_id")?)
            }
            _ => context.optional_text("audience")?,
        };
        let audience = moment
            .checker()
            .toward(audience)
            .map_err(|error| ApiError::new(&registry::NOT_YOUR_PARTY).detail(error.to_string()))?;
        let grant = context.optional_text("grant_id")?.map(str::parse).transpose();
        let grant = grant.map_err(|_| invalid(&context.place_of("grant_id"), "must be the id of a grant"))?;
        let as_of = context.time("as_of")?;
        if let Some(as_of) = as_of {
            context.check_past(moment, as_of, grant.is_some())?;
        }
        // What a clock that does not count says is not even read.
        let time = if moment.trusts_clock() {
            context.time("time")?
        } else {
            None
        };
        Ok(Self {
            audience,
            within: Within {
                grant,
                time,
                regulation: context.optional_text("regulation")?.map(str::to_owned),
            },
            as_of,
            record_use: context.flag("record_use")?,
        })
    }

    /// As [`Self::read`] for searches, which are about now.
    pub(crate) fn of_search(moment: &Moment<'_>, members: Members<'_>) -> Result<Self, ApiError> {
        let context = Self::read(moment, members)?;
        match context.as_of {
            Some(_) => Err(invalid("/context/as_of", "searches are about now")),
            None => Ok(context),
        }
    }
}

impl Object<'_> {
    /// A truth value; absent is false.
    fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(invalid(&self.place_of(name), "must be true or false")),
        }
    }

    fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let time = self.optional_text(name)?.map(Timestamp::parse).transpose();
        time.map_err(|_| invalid(&self.place_of(name), "must be a time (RFC 3339)"))
    }

    /// Questions about the past have a scope of their own, and what grants were is not kept.
    fn check_past(&self, moment: &Moment<'_>, as_of: Timestamp, within_grant: bool) -> Result<(), ApiError> {
        if !moment.checker().looks_back() {
            let detail = format!("`as_of` needs the scope {HISTORY}");
            return Err(ApiError::new(&registry::INSUFFICIENT_SCOPE).detail(detail));
        }
        if as_of > moment.at() {
            return Err(invalid(&self.place_of("as_of"), "must not lie ahead"));
        }
        if within_grant {
            return Err(invalid(&self.place_of("grant_id"), "is not looked at with as_of"));
        }
        Ok(())
    }
}
