//! Loading and checking scenario files: those that come with rgdrill, and what people are told of
//! theirs.

#[cfg(test)]
mod common;
#[cfg(test)]
mod files;
#[cfg(test)]
mod programmes;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod topologies;
#[cfg(test)]
mod walks;
