//! The register of accounts, its sweeps, and what their answers are followed by.

mod actions;
mod answers;
mod calls;
mod erasure;
mod keeping;
mod refusals;
mod register;
mod ten_weeks;
mod tokens;
