//! The driver with discrete events and virtual time.
