use crate::log;

/// Shows the address where a person consents, and opens it where there is a
/// browser.
pub(super) fn show(url: &str) {
    let is_opened = has_screen() && open::that_detached(url).is_ok();
    if is_opened {
        log::request(format_args!(
            "Your browser opens. If it does not, open this address on this machine:\n\n{url}\n"
        ));
    } else {
        log::request(format_args!(
            "Open this address in a browser on this machine:\n\n{url}\n"
        ));
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn has_screen() -> bool {
    use crate::commands::context::set_variable;
    /// What says that somebody sits before a screen.
    const SCREENS: [&str; 3] = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    let is_set = |name| set_variable(name).is_some();
    SCREENS.into_iter().any(is_set)
}

/// There always is one, but perhaps nobody who looks at it.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn has_screen() -> bool {
    use std::io::{IsTerminal, stderr};
    stderr().is_terminal()
}
