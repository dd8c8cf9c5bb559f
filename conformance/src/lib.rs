//! The fixture language, its replay on every target, verdicts, reports, and the `samewire` command.
//!
//! A [`suite`] is read once; a [`run`] replays its cases through the six verbs of a
//! [`subject`]; three judges look at what came: the case's own expectations ([`verdict`]), what no
//! server may ever emit ([`invariant`]), and whether the bytes are the same everywhere ([`trial`]).
#![forbid(unsafe_code)]

pub mod asked;
pub mod boards;
mod bridge;
pub mod case;
pub mod cli;
pub mod conversation;
pub mod costs;
pub mod cuts;
pub mod decision;
pub mod diagnostic;
pub mod exit;
pub mod explain;
pub mod fixtures;
pub mod frames;
pub mod harness;
pub mod invariant;
pub mod known;
pub mod ledger;
pub mod lockstep;
pub mod opening;
pub mod patience;
pub mod regress;
pub mod replay;
pub mod report;
pub mod requirement;
pub mod response;
pub mod result;
pub mod run;
pub mod subject;
pub mod suite;
pub mod swarm;
pub mod targets;
pub mod transcript;
pub mod trial;
pub mod verdict;

pub use harness::harness;

/// The README's code, compiled and run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
