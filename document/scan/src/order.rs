//! Puts numbers in order, for all of this package: sorted in place, each kind of thing would bring a sort of its own,
//! of some 6 KB.

/// The places of the values from the least to the greatest; of equal ones the first comes first.
pub fn from_least(values: impl IntoIterator<Item = f32>) -> impl ExactSizeIterator<Item = usize> {
    sorted(values.into_iter().zip(0..).collect())
}

/// The places of the values from the greatest to the least; of equal ones the first comes first.
pub fn from_greatest(
    values: impl IntoIterator<Item = f32>,
) -> impl ExactSizeIterator<Item = usize> {
    from_least(values.into_iter().map(|it| -it))
}

fn sorted(mut values: Vec<(f32, usize)>) -> impl ExactSizeIterator<Item = usize> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    values.into_iter().map(|it| it.1)
}

/// The value at this place when all are put in order.
///
/// # Panics
///
/// When there are not as many.
pub fn nth(values: &[f32], place: usize) -> f32 {
    let place = from_least(values.iter().copied()).nth(place);
    values[place.expect("a place of a value")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_as_a_stable_sort_has_them(values in proptest::collection::vec(-2..3_i8, 0..40)) {
            let values: Vec<f32> = values.into_iter().map(f32::from).collect();
            let mut up: Vec<usize> = (0..values.len()).collect();
            let mut down = up.clone();
            up.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
            down.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
            let all = || values.iter().copied();
            prop_assert_eq!(from_least(all()).collect::<Vec<_>>(), up.as_slice());
            prop_assert_eq!(from_greatest(all()).collect::<Vec<_>>(), down);
            for (place, at) in up.iter().enumerate() {
                prop_assert_eq!(nth(&values, place), values[*at]);
            }
        }
    }
}
