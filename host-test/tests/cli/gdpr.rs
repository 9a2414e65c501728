//! `account` and `gdpr`: the register, sweeps, and the daemon.

mod accounts;
mod daemon;
mod killed;
mod register;
mod sweeps;
