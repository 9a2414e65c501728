//! Numbers on the command line, of which each says what it may be.

use std::ops::RangeInclusive;

/// Without an upper bound.
pub(super) const ANY: u64 = u64::MAX;

/// How many.
pub(super) fn count<N: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |typed| number(typed, &range, &format!("a number{}", bounds(&range)))
}

/// How long, in seconds.
pub(super) fn seconds<N: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |typed| {
        let what = format!("a number of seconds{}, such as 30", bounds(&range));
        number(typed, &range, &what)
    }
}

/// How long, in milliseconds.
pub(super) fn milliseconds(typed: &str) -> Result<u64, String> {
    number(typed, &(0..=ANY), "a number of milliseconds, such as 200")
}

/// How much, in bytes.
pub(super) fn bytes(typed: &str) -> Result<u64, String> {
    number(typed, &(0..=ANY), "a number of bytes, such as 1048576")
}

/// Where on a machine.
pub(super) fn port(typed: &str) -> Result<u16, String> {
    let range = 0..=u16::MAX.into();
    number(typed, &range, "the number of a port, from 0 to 65535")
}

fn bounds(range: &RangeInclusive<u64>) -> String {
    match (range.start(), range.end()) {
        (0, &ANY) => String::new(),
        (least, &ANY) => format!(" from {least} on"),
        (least, most) => format!(" from {least} to {most}"),
    }
}

fn number<N: TryFrom<u64>>(
    typed: &str,
    range: &RangeInclusive<u64>,
    what: &str,
) -> Result<N, String> {
    let number = typed.parse().ok().filter(|it| range.contains(it));
    let number = number.ok_or_else(|| format!("it must be {what}"))?;
    N::try_from(number).map_err(|_| "it is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_within_its_bounds_is_taken() {
        assert_eq!(count::<u8>(0..=4)("4"), Ok(4));
        assert_eq!(seconds::<u64>(1..=600)("600"), Ok(600));
        assert_eq!(count::<u64>(1..=ANY)(&ANY.to_string()), Ok(ANY));
        assert_eq!(port("65535"), Ok(65_535));
    }

    #[test]
    fn another_is_refused_with_what_it_may_be() {
        let refused = |why: &str| Err(why.to_owned());
        let told = refused("it must be a number from 0 to 4");
        assert_eq!(count::<u8>(0..=4)("5").map(u64::from), told);
        let told = refused("it must be a number of seconds, such as 30");
        assert_eq!(seconds::<u64>(0..=ANY)("30 s"), told);
        let told = refused("it is too large");
        assert_eq!(count::<u32>(1..=ANY)("4294967296").map(u64::from), told);
    }
}
