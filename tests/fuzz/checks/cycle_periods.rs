use crate::jira::{
    instant::{DAY_MS, SECOND_MS},
    sweep::cycle,
};

/// Below this a number can only be days.
const DAYS_BELOW: u64 = 400;

/// A cycle has one day at least and 60 at most, or is not believed; and a bare
/// number means what it is documented to mean.
pub fn a_cycle_is_bounded_or_not_believed(header: &str) {
    let cycle = cycle::parse(header);
    assert!(
        cycle.is_none_or(|ms| (DAY_MS..=60 * DAY_MS).contains(&ms)),
        "{header:?} is {cycle:?}"
    );
    let is_number = !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        assert_eq!(cycle, of_number(header), "{header}");
        assert_eq!(cycle::parse(&format!(" \"{header}\" ")), cycle, "{header}");
    }
}

fn of_number(digits: &str) -> Option<u64> {
    let number: u128 = digits.parse().ok()?;
    let unit = match number < u128::from(DAYS_BELOW) {
        true => DAY_MS,
        false => SECOND_MS,
    };
    let ms = u64::try_from(number.checked_mul(unit.into())?).ok()?;
    match ms {
        0 => None,
        ms if ms > 60 * DAY_MS => None,
        ms => Some(ms.max(DAY_MS)),
    }
}
