//! Groups items by a number, in linear time.

/// Items by group. Each group keeps the order in which its items came.
pub struct Groups<T> {
    items: Vec<T>,
    /// For each group, where its items end.
    ends: Vec<usize>,
}

impl<T: Copy + Default> Groups<T> {
    /// Makes `groups` groups of the items of `each`, which come with their group. `each` is called twice and
    /// has to return the same items.
    pub fn new<I: Iterator<Item = (usize, T)>>(groups: usize, each: impl Fn() -> I) -> Self {
        let mut ends = vec![0; groups];
        each().for_each(|(group, _)| ends[group] += 1);
        // Where the next item goes. In the end, this is where the group ends.
        let mut all = 0;
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }
        let mut items = vec![T::default(); all];
        for (group, item) in each() {
            items[ends[group]] = item;
            ends[group] += 1;
        }
        Self { items, ends }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All items, one group after the other.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The items of each group.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| &self.items[std::mem::replace(&mut begin, *end)..*end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn grouping_is_filtering(groups in prop::collection::vec(0..5_usize, 0..50)) {
            let items = || groups.iter().copied().zip(0_u32..);
            let grouped = Groups::new(5, items);
            let expected: Vec<Vec<u32>> = (0..5)
                .map(|group| items().filter(|(its, _)| *its == group).map(|(_, item)| item).collect())
                .collect();
            prop_assert_eq!(grouped.iter().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
            prop_assert_eq!(grouped.items(), expected.concat());
        }
    }
}
