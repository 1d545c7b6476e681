//! Puts numbers in order, for all of this package: sorted in place, each kind of thing would bring a sort of its own,
//! of some 6 KB. A heap is slower than a sort, and has a tenth of its code.

use std::collections::BinaryHeap;

/// The places of the values from the least to the greatest; of equal ones the first comes first.
pub fn from_least(values: impl IntoIterator<Item = f32>) -> impl ExactSizeIterator<Item = usize> {
    in_order(values.into_iter().map(key).zip(0..).collect())
}

/// The places of the values from the greatest to the least; of equal ones the first comes first.
pub fn from_greatest(
    values: impl IntoIterator<Item = f32>,
) -> impl ExactSizeIterator<Item = usize> {
    from_least(values.into_iter().map(|it| -it))
}

fn in_order(heap: BinaryHeap<(i32, usize)>) -> impl ExactSizeIterator<Item = usize> {
    heap.into_sorted_vec().into_iter().map(|it| it.1)
}

/// Whole numbers in the order that [`f32::total_cmp`] gives the values.
fn key(value: f32) -> i32 {
    let bits = value.to_bits().cast_signed();
    // All but the sign is the other way around below zero.
    if bits < 0 { bits ^ i32::MAX } else { bits }
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
        fn places_are_as_a_stable_sort_has_them(
            values in proptest::collection::vec(prop_oneof![(-2..3_i8).prop_map(f32::from), any::<f32>()], 0..40),
        ) {
            let mut up: Vec<usize> = (0..values.len()).collect();
            let mut down = up.clone();
            up.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
            down.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
            let all = || values.iter().copied();
            prop_assert_eq!(from_least(all()).collect::<Vec<_>>(), up.as_slice());
            prop_assert_eq!(from_greatest(all()).collect::<Vec<_>>(), down);
            for (place, at) in up.iter().enumerate() {
                prop_assert_eq!(nth(&values, place).to_bits(), values[*at].to_bits());
            }
        }
    }
}
