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
