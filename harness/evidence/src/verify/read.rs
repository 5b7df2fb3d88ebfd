//! Members, read as what they are.

use model::file::{FileErrors, SourceFile};
use model::outline::Outline;

use crate::{Certificate, member};

/// The results that are sealed, in short.
pub(super) fn results(certificate: &Certificate) -> Result<Outline, String> {
    let text = utf8(member::RESULTS, certificate.member(member::RESULTS))?;
    Outline::from_json(text).map_err(|error| format!("`{}`: {error}", member::RESULTS))
}

/// A member that must be text.
pub(super) fn text(name: &str, content: &[u8]) -> Result<SourceFile, String> {
    Ok(SourceFile::new(name, utf8(name, content)?))
}

fn utf8<'a>(name: &str, content: &'a [u8]) -> Result<&'a str, String> {
    std::str::from_utf8(content).map_err(|_| format!("`{name}` is not UTF-8 text"))
}

/// The first error in a file, with its line and column.
pub(super) fn first(errors: &FileErrors) -> String {
    let Some(error) = errors.iter().next() else {
        return errors.to_string();
    };
    match error.place() {
        Some(place) => format!(
            "`{}`, line {}, column {}: {error}",
            error.file(),
            place.line,
            place.column
        ),
        None => format!("`{}`: {error}", error.file()),
    }
}
