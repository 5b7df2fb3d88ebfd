//! Members, read as what they are.

use model::file::{FileErrors, SourceFile};
use model::results::Results;

use crate::{Certificate, member};

/// The results that are sealed.
pub(super) fn results(certificate: &Certificate) -> Result<Results, String> {
    let file = text(member::RESULTS, certificate.member(member::RESULTS))?;
    Results::from_json(file.text()).map_err(|error| format!("`{}`: {error}", member::RESULTS))
}

/// A member that must be text.
pub(super) fn text(name: &str, content: &[u8]) -> Result<SourceFile, String> {
    let text = std::str::from_utf8(content).map_err(|_| format!("`{name}` is not UTF-8 text"))?;
    Ok(SourceFile::new(name, text))
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
