//! What a run has found, for people and for machines.

pub mod capture;
pub mod console;
mod escape;
pub mod finding;
pub mod html;
pub mod json;
pub mod junit;
pub mod timeline;
