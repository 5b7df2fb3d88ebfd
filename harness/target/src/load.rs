//! Reads a target's file, and checks it.

use model::file::{FileErrors, SourceFile};
use model::yaml;

use crate::check;
use crate::file::Target;

impl Target {
    /// Reads and checks a target's file.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each with its path.
    pub fn load(file: &SourceFile) -> Result<Target, FileErrors> {
        let target: Target = yaml::parse(file)?;
        FileErrors::none_of(check::check(&target, file))?;
        Ok(target)
    }
}
