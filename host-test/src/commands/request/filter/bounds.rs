use std::fmt::{self, Display};
use std::hint::black_box;
use std::panic::resume_unwind;
use std::ptr;
use std::thread::{self, Builder};

use jaq_core::Lut;
use jaq_core::data::{DataT, HasLut};

use super::exceeded;
use super::value::{DEEPEST_MADE, Value};
use crate::exit::Failure;

/// The stack that an expression is read and evaluated on. The libraries go down
/// a level of it for each level of an expression, of a value and of calls, and
/// a process whose stack is used up is aborted. What is not used of it takes no
/// memory.
const STACK: usize = 512 * 1024 * 1024;

/// How much of the stack calls may take. The rest is for what the libraries do
/// without asking: they take, and let go of, the results of calls one within
/// the other.
const CALLS: usize = STACK / 16;

/// What an expression is made of, and what it works on.
pub(super) struct Bounded;

impl DataT for Bounded {
    type V<'a> = Value;
    type Data<'a> = Program<'a>;
}

/// The parts of an expression. They are looked up at each step of it, and that is
/// where it is seen how much of the stack is taken.
#[derive(Clone, Copy)]
pub(super) struct Program<'a> {
    parts: &'a Lut<Bounded>,
    begin: usize,
}

impl<'a> Program<'a> {
    /// The parts of an expression that is evaluated on the stack from here on.
    pub(super) fn new(parts: &'a Lut<Bounded>) -> Self {
        Program {
            parts,
            begin: place_on_stack(),
        }
    }
}

impl<'a> HasLut<'a, Bounded> for Program<'a> {
    fn lut(&self) -> &'a Lut<Bounded> {
        if self.begin.abs_diff(place_on_stack()) > CALLS {
            Excess::Calls.end();
        }
        self.parts
    }
}

fn place_on_stack() -> usize {
    let here = 0_u8;
    ptr::from_ref(black_box(&here)).addr()
}

/// What an expression has too much of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Excess {
    Calls,
    Levels,
}

impl Excess {
    /// Ends the evaluation from whatever depth, as what is met there cannot all
    /// fail. The expression cannot catch it.
    pub(super) fn end(self) -> ! {
        resume_unwind(Box::new(self))
    }
}

impl Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Excess::Calls => write!(f, "its functions call themselves too deep"),
            Excess::Levels => write!(
                f,
                "a value that is nested deeper than {DEEPEST_MADE} levels"
            ),
        }
    }
}

/// Does something on the large stack, or says what it had too much of.
pub(super) fn on_large_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    thread::scope(|scope| {
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread =
            thread.map_err(|error| Failure::from(error).about("cannot make the stack for --jq"))?;
        thread.join().unwrap_or_else(|end| match end.downcast() {
            Ok(excess) => Err(exceeded(*excess)),
            Err(panic) => resume_unwind(panic),
        })
    })
}
