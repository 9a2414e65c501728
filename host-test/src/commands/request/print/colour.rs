use anstyle::{AnsiColor, Style};

pub(super) const NAME: Style = AnsiColor::Blue.on_default().bold();
pub(super) const TEXT: Style = AnsiColor::Green.on_default();
pub(super) const NUMBER: Style = AnsiColor::Cyan.on_default();
pub(super) const BOOLEAN: Style = AnsiColor::Yellow.on_default();
pub(super) const NULL: Style = AnsiColor::BrightBlack.on_default();
