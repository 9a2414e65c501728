//! Which addresses may be connected to.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{AddressKind, reached};
use super::origin::is_loopback_name;

/// The addresses that the operator allows beside the public ones.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressRules {
    allowed: Vec<IpNet>,
}

/// A block of addresses is written as no such thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no block of addresses; write an address, or a network such as `10.1.0.0/16`")]
pub struct InvalidBlock {
    given: String,
}

impl AddressRules {
    /// Allows every address.
    pub(super) fn everything() -> AddressRules {
        let all = [IpAddr::from([0; 4]), IpAddr::from([0; 16])];
        let allowed = all.map(|first| IpNet::new_assert(first, 0));
        AddressRules {
            allowed: allowed.to_vec(),
        }
    }

    pub(super) fn allowing(blocks: &[String]) -> Result<AddressRules, InvalidBlock> {
        let allowed = blocks.iter().map(|given| parse_block(given));
        Ok(AddressRules {
            allowed: allowed.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a connection to the address may be made for the sake of the
    /// host. A loopback origin can only have been allowed by name, so its
    /// address needs no leave of its own.
    pub(super) fn judge(&self, host: &str, address: IpAddr) -> Result<(), AddressKind> {
        let Some(kind) = AddressKind::of(address) else {
            return Ok(());
        };
        let reached = reached(address);
        let is_allowed = self.allowed.iter().any(|block| block.contains(&reached));
        let is_own = kind == AddressKind::Loopback && is_loopback_name(host);
        if is_allowed || is_own {
            Ok(())
        } else {
            Err(kind)
        }
    }
}

fn parse_block(given: &str) -> Result<IpNet, InvalidBlock> {
    let block = given.parse::<IpNet>().ok();
    let block = block.or_else(|| given.parse::<IpAddr>().ok().map(IpNet::from));
    block.ok_or_else(|| InvalidBlock {
        given: given.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_allowed_in_every_form_and_nothing_beside_it() {
        let blocks = ["10.1.0.0/16".to_owned(), "192.168.7.7".to_owned()];
        let rules = AddressRules::allowing(&blocks).unwrap();
        let judge = |address: &str| rules.judge("a.example", address.parse().unwrap());
        for allowed in ["10.1.2.3", "::ffff:10.1.2.3", "192.168.7.7", "8.8.8.8"] {
            assert_eq!(judge(allowed), Ok(()), "{allowed}");
        }
        assert_eq!(judge("10.2.0.1"), Err(AddressKind::Private));
        assert_eq!(judge("192.168.7.8"), Err(AddressKind::Private));
    }

    #[test]
    fn loopback_is_for_an_origin_that_says_so() {
        let rules = AddressRules::default();
        let loopback = IpAddr::from([127, 0, 0, 1]);
        for own in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(rules.judge(own, loopback), Ok(()), "{own}");
        }
        for other in ["a.example", "localhost.a.example", "10.0.0.1"] {
            let judged = rules.judge(other, loopback);
            assert_eq!(judged, Err(AddressKind::Loopback), "{other}");
        }
        let private = rules.judge("localhost", IpAddr::from([10, 0, 0, 1]));
        assert_eq!(private, Err(AddressKind::Private));
    }

    #[test]
    fn what_is_no_block_is_refused_with_an_example() {
        for given in ["", "10.0.0.0/33", "a.example", "10.0.0"] {
            let refused = AddressRules::allowing(&[given.to_owned()]).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!(
                    "`{given}` is no block of addresses; write an address, or a network such as \
                     `10.1.0.0/16`"
                )
            );
        }
    }
}
