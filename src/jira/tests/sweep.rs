//! The personal data reports against a model of Atlassian.

mod answers;
mod clock;
mod crash;
mod enter;
mod erasure;
mod evidence;
mod lease;
mod limits;
mod model;
mod own;
mod previews;
mod register;
mod schedule;
mod stumbles;
mod tokens;
mod waits;
