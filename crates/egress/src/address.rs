//! Which addresses are reachable for everyone. Exceptions and names live elsewhere.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What an address is for (IANA special-purpose registries, RFC 6890). Only [`AddressClass::Public`] may be reached
/// without an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClass {
    /// Unicast on the public Internet.
    Public,
    /// `0.0.0.0/8`, `::`.
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// RFC 1918.
    Private,
    /// Carrier-grade NAT, RFC 6598.
    SharedSpace,
    /// RFC 3927, RFC 4291; holds most metadata services.
    LinkLocal,
    /// Unique local addresses, RFC 4193.
    UniqueLocal,
    /// Multicast and broadcast.
    Multicast,
    /// Documentation, RFC 5737, RFC 3849, RFC 9637.
    Documentation,
    /// Benchmarking, RFC 2544.
    Benchmarking,
    /// An address that holds another one: IPv4-mapped, IPv4-compatible, NAT64, 6to4, Teredo.
    Translated,
    /// A cloud's metadata service on an address that is otherwise public.
    Metadata,
    /// Everything else that is not handed out for general use.
    Reserved,
}

impl AddressClass {
    /// Stable name for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::SharedSpace => "shared_space",
            Self::LinkLocal => "link_local",
            Self::UniqueLocal => "unique_local",
            Self::Multicast => "multicast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Translated => "translated",
            Self::Metadata => "metadata",
            Self::Reserved => "reserved",
        }
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, third: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), prefix)
}

/// Every IPv4 range that is not public.
const SPECIAL_V4: [(Ipv4Net, AddressClass); 17] = [
    (v4(0, 0, 0, 0, 8), AddressClass::Unspecified),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    (v4(100, 64, 0, 0, 10), AddressClass::SharedSpace),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    (v4(168, 63, 129, 16, 32), AddressClass::Metadata),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    (v4(192, 0, 0, 0, 24), AddressClass::Reserved),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(192, 88, 99, 0, 24), AddressClass::Translated),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(198, 18, 0, 0, 15), AddressClass::Benchmarking),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    (v4(255, 255, 255, 255, 32), AddressClass::Multicast),
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
];

/// The only IPv6 range that is handed out for general use (RFC 4291 section 2.4).
const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);

/// IPv6 ranges with a name; the rest outside [`GLOBAL_UNICAST`] is reserved. The first match counts.
const SPECIAL_V6: [(Ipv6Net, AddressClass); 11] = [
    (
        Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128),
        AddressClass::Unspecified,
    ),
    (
        Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128),
        AddressClass::Loopback,
    ),
    // IPv4-compatible, IPv4-mapped, both NAT64 prefixes, Teredo, 6to4.
    (v6(0, 0, 0, 64), AddressClass::Translated),
    (v6(0x64, 0xff9b, 0, 32), AddressClass::Translated),
    (v6(0x2001, 0, 0, 32), AddressClass::Translated),
    (v6(0x2002, 0, 0, 16), AddressClass::Translated),
    (v6(0x2001, 0xdb8, 0, 32), AddressClass::Documentation),
    (v6(0x3fff, 0, 0, 20), AddressClass::Documentation),
    (v6(0xfc00, 0, 0, 7), AddressClass::UniqueLocal),
    (v6(0xfe80, 0, 0, 10), AddressClass::LinkLocal),
    (v6(0xff00, 0, 0, 8), AddressClass::Multicast),
];

/// IETF protocol assignments inside the global range (RFC 2928): benchmarking, ORCHID, anycast of protocols.
const PROTOCOL_ASSIGNMENTS: Ipv6Net = v6(0x2001, 0, 0, 23);

/// What the address is for. An address that holds another one is never public, whatever it holds.
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => SPECIAL_V4
            .iter()
            .find(|(range, _)| range.contains(&address))
            .map_or(AddressClass::Public, |(_, class)| *class),
        IpAddr::V6(address) => {
            if let Some((_, class)) = SPECIAL_V6.iter().find(|(range, _)| range.contains(&address)) {
                return *class;
            }
            if PROTOCOL_ASSIGNMENTS.contains(&address) || !GLOBAL_UNICAST.contains(&address) {
                return AddressClass::Reserved;
            }
            AddressClass::Public
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(address: &str) -> &'static str {
        classify(address.parse().unwrap()).as_str()
    }

    #[test]
    fn special_ipv4_ranges_end_where_the_registry_says() {
        for (first, last, name) in [
            ("0.0.0.0", "0.255.255.255", "unspecified"),
            ("10.0.0.0", "10.255.255.255", "private"),
            ("100.64.0.0", "100.127.255.255", "shared_space"),
            ("127.0.0.0", "127.255.255.255", "loopback"),
            ("168.63.129.16", "168.63.129.16", "metadata"),
            ("169.254.0.0", "169.254.255.255", "link_local"),
            ("172.16.0.0", "172.31.255.255", "private"),
            ("192.0.0.0", "192.0.0.255", "reserved"),
            ("192.0.2.0", "192.0.2.255", "documentation"),
            ("192.88.99.0", "192.88.99.255", "translated"),
            ("192.168.0.0", "192.168.255.255", "private"),
            ("198.18.0.0", "198.19.255.255", "benchmarking"),
            ("198.51.100.0", "198.51.100.255", "documentation"),
            ("203.0.113.0", "203.0.113.255", "documentation"),
            ("224.0.0.0", "239.255.255.255", "multicast"),
            ("240.0.0.0", "255.255.255.254", "reserved"),
            ("255.255.255.255", "255.255.255.255", "multicast"),
        ] {
            assert_eq!(class(first), name, "{first}");
            assert_eq!(class(last), name, "{last}");
            let (first, last): (Ipv4Addr, Ipv4Addr) = (first.parse().unwrap(), last.parse().unwrap());
            for neighbour in [u32::from(first).checked_sub(1), u32::from(last).checked_add(1)] {
                let neighbour = neighbour.map(|bits| IpAddr::V4(Ipv4Addr::from(bits)));
                let beside = neighbour.map(|address| classify(address).as_str());
                assert_ne!(beside, Some(name), "{neighbour:?}");
            }
        }
    }

    #[test]
    fn special_ipv6_addresses_are_not_public() {
        for (address, name) in [
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "translated"),
            ("::127.0.0.1", "translated"),
            ("::ffff:127.0.0.1", "translated"),
            ("::ffff:93.184.215.14", "translated"),
            ("::ffff:0:127.0.0.1", "translated"),
            ("64:ff9b::7f00:1", "translated"),
            ("64:ff9b:1::a00:1", "translated"),
            ("100::1", "reserved"),
            ("2001::1", "translated"),
            ("2001:2::1", "reserved"),
            ("2001:10::1", "reserved"),
            ("2001:20::1", "reserved"),
            ("2001:1ff:ffff::1", "reserved"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::", "translated"),
            ("3fff::1", "documentation"),
            ("3fff:fff::1", "documentation"),
            ("4000::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fc00::1", "unique_local"),
            ("fd00:ec2::254", "unique_local"),
            ("fe80::1", "link_local"),
            ("fec0::1", "reserved"),
            ("ff02::1", "multicast"),
        ] {
            assert_eq!(class(address), name, "{address}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "93.184.215.14",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert_eq!(class(address), "public", "{address}");
        }
    }
}
