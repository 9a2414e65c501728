//! Which addresses a public name has no business to lead to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What an address is for, where that is not the public Internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressKind {
    /// This machine.
    Loopback,
    /// A network of one's own: RFC 1918, `fc00::/7`, local-use NAT64.
    Private,
    /// The same wire: `169.254.0.0/16`, `fe80::/10`.
    LinkLocal,
    /// Where clouds hand their machines credentials.
    Metadata,
    /// Between a provider and its customers: `100.64.0.0/10`.
    SharedSpace,
    /// Many machines at once.
    Multicast,
    /// None at all, which systems take for this machine.
    Unspecified,
    /// For examples in texts.
    Documentation,
    /// Set apart for something else, or for nothing yet.
    Reserved,
}

/// The metadata services that clouds answer at a fixed address. Two of them
/// lie in networks that have another kind, one in public space.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// IANA's registry of special-purpose IPv4 addresses.
const SPECIAL_V4: [(Ipv4Net, AddressKind); 16] = [
    (v4(0, 0, 0, 0, 8), AddressKind::Unspecified),
    (v4(10, 0, 0, 0, 8), AddressKind::Private),
    (v4(100, 64, 0, 0, 10), AddressKind::SharedSpace),
    (v4(127, 0, 0, 0, 8), AddressKind::Loopback),
    (v4(169, 254, 0, 0, 16), AddressKind::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressKind::Private),
    (v4(192, 0, 0, 0, 24), AddressKind::Reserved),
    (v4(192, 0, 2, 0, 24), AddressKind::Documentation),
    (v4(192, 31, 196, 0, 24), AddressKind::Reserved),
    (v4(192, 88, 99, 0, 24), AddressKind::Reserved),
    (v4(192, 168, 0, 0, 16), AddressKind::Private),
    (v4(198, 18, 0, 0, 15), AddressKind::Reserved),
    (v4(198, 51, 100, 0, 24), AddressKind::Documentation),
    (v4(203, 0, 113, 0, 24), AddressKind::Documentation),
    (v4(224, 0, 0, 0, 4), AddressKind::Multicast),
    (v4(240, 0, 0, 0, 4), AddressKind::Reserved),
];

/// The same for IPv6, the first that fits. What comes after the last one is
/// decided by [`GLOBAL_V6`].
const SPECIAL_V6: [(Ipv6Net, AddressKind); 10] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), AddressKind::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), AddressKind::Loopback),
    (
        v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
        AddressKind::Private,
    ),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), AddressKind::Reserved),
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        AddressKind::Documentation,
    ),
    (
        v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
        AddressKind::Documentation,
    ),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), AddressKind::Private),
    (
        v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
        AddressKind::LinkLocal,
    ),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), AddressKind::Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), AddressKind::Multicast),
];

/// The only IPv6 addresses that are routed in public.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// NAT64: the last four bytes are the IPv4 address that is reached.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// 6to4: the four bytes after the prefix are the IPv4 address that is reached.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

/// IPv4-compatible addresses, which are of no use any more.
const IPV4_COMPATIBLE: Ipv6Net = v6([0, 0, 0, 0, 0, 0, 0, 0], 96);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

impl AddressKind {
    /// The kind of an address, or none for a public one. An IPv4 address within
    /// an IPv6 one is judged as what it is, since it is where packets go.
    pub fn of(address: IpAddr) -> Option<AddressKind> {
        let address = reached(address);
        if METADATA.contains(&address) {
            return Some(AddressKind::Metadata);
        }
        match address {
            IpAddr::V4(address) => first_fit(&SPECIAL_V4, |block| block.contains(&address)),
            IpAddr::V6(address) => first_fit(&SPECIAL_V6, |block| block.contains(&address))
                .or_else(|| (!GLOBAL_V6.contains(&address)).then_some(AddressKind::Reserved)),
        }
    }

    /// Its name in logs.
    pub fn name(self) -> &'static str {
        match self {
            AddressKind::Loopback => "loopback",
            AddressKind::Private => "private",
            AddressKind::LinkLocal => "link-local",
            AddressKind::Metadata => "metadata",
            AddressKind::SharedSpace => "shared-space",
            AddressKind::Multicast => "multicast",
            AddressKind::Unspecified => "unspecified",
            AddressKind::Documentation => "documentation",
            AddressKind::Reserved => "reserved",
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn first_fit<N>(table: &[(N, AddressKind)], fits: impl Fn(&N) -> bool) -> Option<AddressKind> {
    let row = table.iter().find(|(block, _)| fits(block));
    row.map(|(_, kind)| *kind)
}

/// The address that packets to this one end at.
pub(super) fn reached(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return v4.into();
    }
    let [_, a, b, .., c, d] = v6.segments();
    let is_old_form = IPV4_COMPATIBLE.contains(&v6) && !v6.is_unspecified() && !v6.is_loopback();
    if NAT64.contains(&v6) || is_old_form {
        return joined(c, d).into();
    }
    if SIX_TO_FOUR.contains(&v6) {
        return joined(a, b).into();
    }
    address
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(address: &str) -> Option<&'static str> {
        AddressKind::of(address.parse().unwrap()).map(AddressKind::name)
    }

    #[test]
    fn every_address_that_is_not_public_has_a_kind() {
        let table = [
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("::1", "loopback"),
            ("10.0.0.1", "private"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.168.1.1", "private"),
            ("fc00::1", "private"),
            ("fdff::1", "private"),
            ("fec0::1", "private"),
            ("64:ff9b:1::1", "private"),
            ("169.254.0.1", "link-local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("169.254.169.254", "metadata"),
            ("fd00:ec2::254", "metadata"),
            ("168.63.129.16", "metadata"),
            ("100.100.100.200", "metadata"),
            ("100.64.0.1", "shared-space"),
            ("100.127.255.255", "shared-space"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("ff02::1", "multicast"),
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("::", "unspecified"),
            ("192.0.2.1", "documentation"),
            ("198.51.100.1", "documentation"),
            ("203.0.113.1", "documentation"),
            ("2001:db8::1", "documentation"),
            ("3fff::1", "documentation"),
            ("192.0.0.192", "reserved"),
            ("198.19.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("2001::1", "reserved"),
            ("100::1", "reserved"),
            ("5f00::1", "reserved"),
            ("4000::1", "reserved"),
        ];
        for (address, name) in table {
            assert_eq!(kind(address), Some(name), "{address}");
        }
    }

    #[test]
    fn an_ipv4_address_is_found_within_an_ipv6_one() {
        let table = [
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::ffff:10.0.0.1", Some("private")),
            ("::ffff:8.8.8.8", None),
            ("::127.0.0.1", Some("loopback")),
            ("::10.0.0.1", Some("private")),
            ("64:ff9b::169.254.169.254", Some("metadata")),
            ("64:ff9b::192.168.0.1", Some("private")),
            ("64:ff9b::8.8.8.8", None),
            ("2002:7f00:1::", Some("loopback")),
            ("2002:0a00:1::1", Some("private")),
        ];
        for (address, name) in table {
            assert_eq!(kind(address), name, "{address}");
        }
    }

    #[test]
    fn public_addresses_have_none() {
        for address in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "169.253.0.1",
            "2606:4700::1111",
            "2a00::1",
            "2001:4860:4860::8888",
        ] {
            assert_eq!(kind(address), None, "{address}");
        }
    }
}
