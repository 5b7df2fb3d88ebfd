//! What is seldom asked for of a journal, kept as the text that it is written as.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// A value as JSON: what a walk is to do takes half the room that its steps would. It was a value when it was read or
/// packed, and is read and written as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed<T> {
    json: Box<str>,
    value: PhantomData<T>,
}

impl<T> Packed<T> {
    /// Packs a value.
    ///
    /// # Errors
    ///
    /// A value that JSON cannot tell.
    pub fn of(value: &T) -> serde_json::Result<Packed<T>>
    where
        T: Serialize,
    {
        Ok(Packed {
            json: serde_json::to_string(value)?.into_boxed_str(),
            value: PhantomData,
        })
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// A value that is not read as it is written.
    pub fn unpacked(&self) -> serde_json::Result<T>
    where
        T: DeserializeOwned,
    {
        serde_json::from_str(&self.json)
    }
}

impl<T: Serialize + DeserializeOwned> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.unpacked().map_err(ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de, T: Serialize + Deserialize<'de>> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Packed::of(&T::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_written_and_refused_as_the_value() {
        let packed: Packed<Vec<u8>> = serde_json::from_str("[ 1,\n2 ]").unwrap();
        assert_eq!(packed, Packed::of(&vec![1, 2]).unwrap());
        assert_eq!(packed.unpacked().unwrap(), [1, 2]);
        assert_eq!(serde_json::to_string(&packed).unwrap(), "[1,2]");
        assert!(serde_json::from_str::<Packed<Vec<u8>>>("[256]").is_err());
    }
}
