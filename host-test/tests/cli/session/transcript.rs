const README: &str = include_str!("../../../../README.md");

/// What is left out.
const GAP: char = '…';

/// A command, and what it was answered.
#[derive(Debug)]
pub struct Step {
    pub line: String,
    shown: Vec<String>,
}

/// The commands of this program in the README's consoles, in order.
pub fn transcript() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let consoles = README.split("```console\n").skip(1);
    for line in consoles.flat_map(|rest| rest.split("```").next().unwrap().lines()) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(line), _) => steps.push(Step {
                line: line.to_owned(),
                shown: Vec::new(),
            }),
            (None, Some(step)) => step.shown.push(line.to_owned()),
            (None, None) => {}
        }
    }
    steps.retain(|step| step.line.contains("jira-host"));
    steps
}

impl Step {
    /// The words after the program's name.
    pub fn words(&self) -> Vec<String> {
        let words = shlex::split(&self.line).unwrap();
        let program = words.iter().position(|word| word == "jira-host").unwrap();
        words[program + 1..].to_vec()
    }

    /// Asserts that each line is among those that were told, whatever its numbers
    /// and what was left out.
    #[track_caller]
    pub fn assert_shown_in(&self, told: &str) {
        for line in &self.shown {
            let is_there = told.lines().any(|it| fits(line, it));
            assert!(is_there, "{}: not told: {line}\n{told}", self.line);
        }
    }
}

fn fits(shown: &str, told: &str) -> bool {
    let (shown, told) = (without_numbers(shown), without_numbers(told));
    let mut parts: Vec<&str> = shown.split(GAP).collect();
    let Some(last) = parts.pop() else {
        return false;
    };
    if parts.is_empty() {
        return last == told;
    }
    let mut rest = Some(told.as_str());
    for (place, part) in parts.iter().enumerate() {
        rest = rest.and_then(|rest| match place {
            0 => rest.strip_prefix(part),
            _ => rest.split_once(part).map(|(_, after)| after),
        });
    }
    rest.is_some_and(|rest| rest.ends_with(last))
}

/// Ports, days and ids differ from run to run.
fn without_numbers(text: &str) -> String {
    let mut shape = String::new();
    for it in text.chars() {
        match it {
            '0'..='9' if shape.ends_with('0') => {}
            '0'..='9' => shape.push('0'),
            _ => shape.push(it),
        }
    }
    shape
}

#[test]
fn a_line_fits_whatever_its_numbers_and_what_is_left_out() {
    for (shown, told, is_fit) in [
        ("due 2026-12-01", "due 2027-01-30", true),
        (
            "at http://127.0.0.1:8735/a?b=…",
            "at http://127.0.0.1:40001/a?b=c&d",
            true,
        ),
        ("{…,\"size\":1,…}", "{\"a\":2,\"size\":3,\"b\":4}", true),
        ("{…,\"size\":1,…}", "{\"a\":2,\"length\":3,\"b\":4}", false),
        ("all of it", "all of it, and more", false),
        ("…", "", true),
    ] {
        assert_eq!(fits(shown, told), is_fit, "{shown} | {told}");
    }
}
