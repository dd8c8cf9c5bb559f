//! Under construction.

pub mod case;
pub mod diagnostic;
