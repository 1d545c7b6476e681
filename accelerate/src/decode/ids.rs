//! A set of ids. It is a hash table of the simplest kind: the standard library's, made safe against
//! strangers who choose the keys, costs a phone twice the code for nothing. These keys are the server's.

use std::borrow::Cow;

/// Ids as they stand in the answer.
#[derive(Default)]
pub(super) struct Ids<'a> {
    ids: Vec<Cow<'a, str>>,
    /// For each hash, from its place on, one more than the index of its id; 0 is a free place. There
    /// are at least twice as many places as ids, and their number is a power of two.
    places: Vec<u32>,
}

impl<'a> Ids<'a> {
    /// Whether it is known.
    pub fn contains(&self, id: &str) -> bool {
        !self.places.is_empty() && self.places[self.place(id)] != 0
    }

    /// Adds it. `false` when it was known.
    pub fn insert(&mut self, id: Cow<'a, str>) -> bool {
        if self.places.len() <= self.ids.len() * 2 {
            self.places = vec![0; (self.places.len() * 2).max(64)];
            for index in 0..self.ids.len() {
                self.put(index);
            }
        }
        if self.contains(&id) {
            return false;
        }
        self.ids.push(id);
        self.put(self.ids.len() - 1);
        true
    }

    fn put(&mut self, index: usize) {
        let place = self.place(&self.ids[index]);
        self.places[place] = index as u32 + 1;
    }

    /// Where the id is, or would be put.
    fn place(&self, id: &str) -> usize {
        let last = self.places.len() - 1;
        // FNV-1a
        let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let mut place = hash as usize & last;
        loop {
            match self.places[place] {
                0 => return place,
                taken if self.ids[taken as usize - 1] == id => return place,
                _ => place = (place + 1) & last,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_there_once_it_was_added_and_only_then() {
        let mut ids = Ids::default();
        assert!(!ids.contains(""));
        for number in 0..3_000 {
            let id = number.to_string();
            assert!(!ids.contains(&id), "{id}");
            assert!(ids.insert(id.clone().into()), "{id}");
            assert!(!ids.insert(id.into()));
        }
        assert!((0..3_000).all(|number| ids.contains(&number.to_string())));
        assert!(!ids.contains("3000") && !ids.contains(""));
    }
}
