use crate::home::Home;

/// How far examples are indented.
const INDENT: &str = "    ";

/// What a command says with `--help`, and with `-h`.
#[derive(Debug)]
pub struct Page {
    path: Vec<String>,
    text: String,
    short: String,
}

/// A line to type.
#[derive(Debug)]
pub struct Example {
    pub line: String,
    /// The exit code that is told with it, or that of success.
    pub code: i32,
}

/// The page of every command, as the pages themselves lead to them.
pub fn pages(home: &Home) -> Vec<Page> {
    let mut pages = vec![Page::read(home, Vec::new())];
    let mut next = 0;
    while let Some(page) = pages.get(next) {
        let paths = page.commands();
        pages.extend(paths.into_iter().map(|path| Page::read(home, path)));
        next += 1;
    }
    pages
}

impl Page {
    fn read(home: &Home, path: Vec<String>) -> Page {
        let [short, text] = ["-h", "--help"].map(|option| {
            let words = path.iter().map(String::as_str);
            let words: Vec<&str> = words.chain([option]).collect();
            home.run(&words).done().to_owned()
        });
        Page { path, text, short }
    }

    /// The lines of both, the short one and the whole.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.short.lines().chain(self.text.lines())
    }

    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// The command, with that which it is a part of.
    pub fn command(&self) -> String {
        self.path.join(" ")
    }

    /// Whether there are commands below it.
    pub fn leads_on(&self) -> bool {
        !self.commands().is_empty()
    }

    /// The lines of a section.
    fn section<'a>(&'a self, title: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.text.lines().skip_while(move |line| *line != title);
        lines.skip(1).take_while(|line| line.starts_with("  "))
    }

    /// The commands that it leads to, apart from clap's own `help`.
    fn commands(&self) -> Vec<Vec<String>> {
        let names = self.section("Commands:").filter_map(|line| {
            let name = line.strip_prefix("  ")?;
            let name = name.split(' ').next().filter(|name| !name.is_empty())?;
            (name != "help").then(|| name.to_owned())
        });
        names
            .map(|name| [self.path.clone(), vec![name]].concat())
            .collect()
    }

    /// What to type, each with the words before it, which end in a colon.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut code = 0;
        for line in self.section("Examples:") {
            let text = line.strip_prefix(INDENT).unwrap();
            let open = examples.last_mut().and_then(Example::open);
            if let Some(begun) = open {
                begun.push_str(text.trim_start());
            } else if text.starts_with("jira-host ") {
                let line = text.to_owned();
                examples.push(Example { line, code });
                code = 0;
            } else {
                assert!(text.ends_with(':'), "{}: {text}", self.command());
                code = code_told(text).unwrap_or(0);
            }
        }
        examples
    }
}

impl Example {
    /// The line, where it goes on in the next one, as shells have it.
    fn open(&mut self) -> Option<&mut String> {
        let begun = self.line.strip_suffix('\\')?.len();
        self.line.truncate(begun);
        Some(&mut self.line)
    }
}

fn code_told(text: &str) -> Option<i32> {
    let (_, after) = text.split_once("exit code ")?;
    let end = after.find(|it: char| !it.is_ascii_digit());
    after[..end.unwrap_or(after.len())].parse().ok()
}

#[test]
fn an_exit_code_may_be_told() {
    assert_eq!(code_told("Not all of it, with exit code 11:"), Some(11));
    assert_eq!(code_told("All of it:"), None);
}
