//! What must hold of whatever others write, each as a function that panics where
//! it does not. The fuzz targets here and the property tests of `src/jira/`
//! ask the same.

pub mod callbacks;
pub mod cursors;
pub mod cycle_periods;
pub mod error_bodies;
pub mod headers;
pub mod outside;
pub mod pages;
pub mod paths;
pub mod rate_limits;

use crate::jira::instant::UnixMs;

/// The time at which everything happens: 2026-09-29T16:00:00Z.
pub const NOW: UnixMs = UnixMs(1_790_697_600_000);

/// Stands for a secret: wherever it was put in, it must not come out.
pub const HUSH: &str = "hush";
