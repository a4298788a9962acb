//! Durations as CEL writes them.

/// The nanoseconds of a duration as CEL writes it, such as `1h30m` or `-1.5s`.
pub fn duration(text: &str) -> Option<i128> {
    const UNITS: [(&str, i128); 7] = [
        ("ms", 1_000_000),
        ("us", 1000),
        ("µs", 1000),
        ("ns", 1),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
    ];
    let (sign, mut left) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut sum = 0_i128;
    if left == "0" {
        return Some(0);
    }
    if left.is_empty() {
        return None;
    }
    while !left.is_empty() {
        let end = left.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|end| *end > 0)?;
        let (number, rest) = left.split_at_checked(end)?;
        let (unit, nanos) = UNITS.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 18 {
            return None;
        }
        let digits = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        sum = sum.checked_add(digits(whole)? * nanos + digits(fraction)? * nanos / scale)?;
        left = rest.strip_prefix(unit)?;
    }
    Some(sign * sum)
}
