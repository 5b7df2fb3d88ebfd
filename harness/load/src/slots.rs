//! Where calls are kept: an array, so that a number leads to a call.

/// Names one call of all that there ever were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// The place.
    pub(crate) slot: u32,
    /// Of those that had this place before, how many there were.
    pub(crate) generation: u32,
}

/// Things in places, which are used again.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    content: Option<T>,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Slots {
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    /// How many things there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The key of the next thing.
    pub(crate) fn next_key(&self) -> Key {
        let slot = self.free.last().copied();
        let slot = slot.unwrap_or_else(|| u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        let place = self.places.get(slot as usize);
        let generation = place.map_or(0, |place| place.generation);
        Key { slot, generation }
    }

    /// Adds a thing, under [`Slots::next_key`].
    pub(crate) fn insert(&mut self, content: T) -> Key {
        let key = self.next_key();
        match self.free.pop() {
            Some(slot) => self.places[slot as usize].content = Some(content),
            None => self.places.push(Place {
                generation: 0,
                content: Some(content),
            }),
        }
        key
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let place = self.places.get_mut(key.slot as usize)?;
        let content = place.content.as_mut();
        content.filter(|_| place.generation == key.generation)
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let place = self.places.get_mut(key.slot as usize)?;
        if place.generation != key.generation {
            return None;
        }
        let content = place.content.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(key.slot);
        Some(content)
    }

    /// Whether there was such a thing, and is no more.
    pub(crate) fn is_past(&self, key: Key) -> bool {
        let place = self.places.get(key.slot as usize);
        place.is_some_and(|place| key.generation < place.generation)
    }

    /// The keys of all things.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        let places = self.places.iter().zip(0..);
        places.filter_map(|(place, slot)| {
            let generation = place.generation;
            place.content.as_ref().map(|_| Key { slot, generation })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_under_another_key() {
        let mut slots = Slots::new();
        let (first, second) = (slots.insert('a'), slots.insert('b'));
        assert_eq!(slots.remove(first), Some('a'));
        assert_eq!(slots.remove(first), None);
        assert!(slots.is_past(first) && !slots.is_past(second));
        let third = slots.insert('c');
        assert_eq!(third.slot, first.slot);
        assert_eq!(slots.get_mut(first), None);
        assert_eq!(slots.get_mut(third), Some(&mut 'c'));
        assert_eq!((slots.len(), slots.keys().count()), (2, 2));
    }
}
