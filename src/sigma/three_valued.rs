//! Logic with a third value, for what is not known.

/// Whether all hold; `None` if that is not known.
pub fn every(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    some(parts.map(|part| part.map(|holds| !holds))).map(|fails| !fails)
}

/// Whether one holds; `None` if that is not known.
pub fn some(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(false);
    for part in parts {
        match part {
            Some(true) => return part,
            Some(false) => {}
            None => all = None,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_decides() {
        let [yes, no, maybe] = [Some(true), Some(false), None];
        for (parts, all, any) in [
            (vec![], yes, no),
            (vec![yes, maybe], maybe, yes),
            (vec![no, maybe], no, maybe),
            (vec![maybe, no, yes], no, yes),
            (vec![yes, yes], yes, yes),
            (vec![no, no], no, no),
        ] {
            assert_eq!(every(parts.iter().copied()), all, "{parts:?}");
            assert_eq!(some(parts.iter().copied()), any, "{parts:?}");
        }
    }
}
