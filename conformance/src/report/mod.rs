//! What a run has found, for people and for machines.

pub mod console;
pub mod finding;
pub mod html;
pub mod json;
pub mod junit;
