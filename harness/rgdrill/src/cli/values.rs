//! Values of arguments, and what is said of those that are none.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use model::nearest::nearest;
use model::printable::line;
use reference::{Mutant, Variant};

/// One of some hundred names: of one that is mistyped the nearest is told, and not all others.
#[derive(Clone)]
pub(crate) struct Named<T> {
    /// What has such a name.
    kind: &'static str,
    all: Vec<&'static str>,
    named: fn(&str) -> Option<T>,
}

/// The name of a mutant.
pub(crate) fn mutant() -> Named<Mutant> {
    Named {
        kind: "mutant",
        all: Mutant::ALL.iter().map(|mutant| mutant.name()).collect(),
        named: Mutant::named,
    }
}

/// The name of a variant.
pub(crate) fn variant() -> Named<Variant> {
    Named {
        kind: "variant",
        all: Variant::ALL.iter().map(|variant| variant.name()).collect(),
        named: Variant::named,
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Named<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        let name = value.to_string_lossy();
        (self.named)(&name).ok_or_else(|| {
            let (kind, name) = (self.kind, line(&name).to_string());
            let meant = nearest(&name, &self.all);
            let meant =
                meant.map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
            let why = format!(
                "there is no {kind} `{name}`{meant}\n\n  tip: `rgdrill list {kind}s` names them all"
            );
            command.clone().error(ErrorKind::InvalidValue, why)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.all.iter().map(PossibleValue::new)))
    }
}

/// A whole number, of those that can be 0 or of those that cannot.
///
/// # Errors
///
/// What is needed instead.
pub(crate) fn whole_number<T: FromStr>(text: &str) -> Result<T, String> {
    let can_be_none = "0".parse::<T>().is_ok();
    let least = if can_be_none { 0 } else { 1 };
    text.parse()
        .map_err(|_| format!("it must be a whole number, {least} or more"))
}
