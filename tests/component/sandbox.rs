//! Nothing leaves but what may, and no secret is told.

mod canary;
mod egress;
mod headers;
mod paths;
