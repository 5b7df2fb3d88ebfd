//! What a journal on the disk is, and that nobody changes it unnoticed.

#[cfg(test)]
mod common;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod writing;
