//! Times of day as users type them.

/// Minutes of a day, without regard to clocks that are put forward or back.
pub const MINUTES_PER_DAY: u32 = 24 * 60;

/// Reads a time of day such as `8:00` or `08:00`, up to `24:00`, as minutes after midnight.
pub fn parse_time_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str| {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let hour = number(hour).filter(|_| hour.len() <= 2)?;
    let minute = number(minute).filter(|number| minute.len() == 2 && *number < 60)?;
    Some(hour * 60 + minute).filter(|minutes| *minutes <= MINUTES_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read() {
        for (text, expected) in [
            ("00:00", Some(0)),
            ("8:05", Some(485)),
            (" 23:59 ", Some(1439)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("8:5", None),
            ("08:60", None),
            ("008:00", None),
            ("+8:00", None),
            (":00", None),
            ("08:", None),
            ("8", None),
            ("", None),
        ] {
            assert_eq!(parse_time_of_day(text), expected, "{text}");
        }
    }
}
