//! What a data recipient asks for beside scope (RFC 9396), in the one type there is here: the consent request of FDX, which says for
//! how long, how far back, and which data. What is asked and what was given of it have the same form.

use serde::{Deserialize, Serialize};

use crate::{Lifetime, decision::named_enum};

named_enum! {
    /// How long a consent grant is for (consent-dashboard D1).
    DurationType {
        /// Once: what is issued for the one answer, and nothing after it.
        OneTime = "ONE_TIME",
        /// Until it is ended.
        Persistent = "PERSISTENT",
        /// Until its end.
        TimeBound = "TIME_BOUND",
    }
}

named_enum! {
    /// What data clusters are of.
    ResourceType {
        /// An account.
        Account = "ACCOUNT",
        /// The customer.
        Customer = "CUSTOMER",
        /// A document.
        Document = "DOCUMENT",
    }
}

named_enum! {
    /// Types of `authorization_details` (RFC 9396 2).
    DetailType {
        /// The consent request of FDX.
        Fdx = "fdx_v1.0",
    }
}

/// Most days that a consent may be asked for, or that data may be asked for back: ten years.
const MOST_DAYS: u16 = 3_653;

/// Most resources of a request, and clusters of a resource.
const MOST_LISTED: usize = 50;

/// A consent grant as a data recipient asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// How long.
    pub duration_type: DurationType,
    /// Days from the day of the grant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_period: Option<u16>,
    /// Days before each request that data goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookback_period: Option<u16>,
    /// Which data; none where scope alone says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<RequestedResource>,
}

/// Data of one kind of resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedResource {
    /// What the data is of.
    pub resource_type: ResourceType,
    /// Names of its clusters.
    pub data_clusters: Vec<String>,
}

/// A value that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not acceptable")]
pub struct WrongValue(pub &'static str);

impl ConsentRequest {
    /// Whether all values can be.
    pub fn check(&self) -> Result<(), WrongValue> {
        let is_period = |days: Option<u16>| days.is_none_or(|days| (1..=MOST_DAYS).contains(&days));
        // How long one time is, and how long for ever, is not for the asker to say.
        let may_last = self.duration_type == DurationType::TimeBound || self.duration_period.is_none();
        if !may_last || !is_period(self.duration_period) {
            return Err(WrongValue("durationPeriod"));
        }
        if !is_period(self.lookback_period) {
            return Err(WrongValue("lookbackPeriod"));
        }
        if self.resources.len() > MOST_LISTED {
            return Err(WrongValue("resources"));
        }
        let listed = |resource: &RequestedResource| (1..=MOST_LISTED).contains(&resource.data_clusters.len());
        if !self.resources.iter().all(listed) {
            return Err(WrongValue("dataClusters"));
        }
        Ok(())
    }

    /// Whether it is for one time only.
    pub fn is_once(&self) -> bool {
        self.duration_type == DurationType::OneTime
    }

    /// How long it asks for, where it says so in days.
    pub fn period(&self) -> Option<Lifetime> {
        self.duration_period.map(|days| Lifetime::days(i64::from(days)))
    }

    /// The names of the clusters it asks for.
    pub fn clusters(&self) -> impl Iterator<Item = &str> {
        let listed = self.resources.iter();
        listed.flat_map(|resource| resource.data_clusters.iter().map(String::as_str))
    }

    /// What is given of it: for so long, of what is open now.
    #[must_use]
    pub fn given(
        &self,
        (duration_type, duration_period): (DurationType, Option<u16>),
        is_open: impl Fn(&str) -> bool,
    ) -> Self {
        let resources = self.resources.iter().map(|resource| RequestedResource {
            resource_type: resource.resource_type,
            data_clusters: resource
                .data_clusters
                .iter()
                .filter(|cluster| is_open(cluster))
                .cloned()
                .collect(),
        });
        Self {
            duration_type,
            duration_period,
            lookback_period: self.lookback_period,
            resources: resources
                .filter(|resource| !resource.data_clusters.is_empty())
                .collect(),
        }
    }

    /// Whether it asks for nothing that was not given (RFC 9396 6).
    pub fn is_within(&self, given: &Self) -> bool {
        let at_most = |asked: Option<u16>, given: Option<u16>| match (asked, given) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(asked), Some(given)) => asked <= given,
        };
        let period = self.duration_period.is_none() || at_most(self.duration_period, given.duration_period);
        let is_given = |asked: &RequestedResource| {
            asked.data_clusters.iter().all(|cluster| {
                given.resources.iter().any(|resource| {
                    resource.resource_type == asked.resource_type && resource.data_clusters.contains(cluster)
                })
            })
        };
        self.duration_type == given.duration_type
            && period
            && at_most(self.lookback_period, given.lookback_period)
            && self.resources.iter().all(is_given)
    }
}
