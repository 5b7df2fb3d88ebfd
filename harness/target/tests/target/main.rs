//! What a target's file binds, how answers are read, and what is said about a file that is wrong.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod common;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod files;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod wrong_files;
