//! What holds for any input: cuts change nothing, what is written can be read, limits hold, and the
//! work is linear.

#[path = "../oracle/conditional/mod.rs"]
mod conditional;
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../support/mod.rs"]
mod support;

#[path = "../support/streams.rs"]
mod streams;
#[path = "../support/whole.rs"]
mod whole;

mod conditions;
mod cuts;
mod heads;
mod identity;
mod limits;
mod watched;
mod work;
