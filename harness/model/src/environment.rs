//! The environment of this process: the one place that reads it.

/// The value of a variable. One that is empty counts as one that is not set, as wherever it is easier to
/// empty a variable than to remove it: in a pipeline's settings, or before a command.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
