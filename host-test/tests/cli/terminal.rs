//! What a person sees who sits at a terminal.

mod answers;
mod progress;
mod pty;
mod typing;
mod width;

/// What begins colour, and whatever else steers a terminal.
const ESCAPE: char = '\u{1b}';
