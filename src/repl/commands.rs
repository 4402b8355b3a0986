//! Entries that begin with a colon.

use super::places::Typed;
use super::{Reply, Session, Then, pieces};
use crate::ast::Item;
use crate::diag::{Sink, suggest};
use crate::fmt;
use crate::prose::counted;
use crate::source::{FileDb, SourceKind};
use crate::{stdlib, syntax, why};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A command, as `:help` lists it.
pub struct Command {
    pub name: &'static str,
    /// What stands behind it.
    pub takes: &'static str,
    pub about: &'static str,
}

const fn command(name: &'static str, takes: &'static str, about: &'static str) -> Command {
    Command { name, takes, about }
}

pub const COMMANDS: &[Command] = &[
    command("type", "EXPRESSION", "the type of an expression"),
    command("doc", "NAME", "what a kind, field, type or function is for: `:doc app.rollout`"),
    command("explain", "CODE", "more about a message"),
    command("objects", "", "the objects of the session"),
    command("yaml", "[OBJECT]", "all objects as YAML, or one: `:yaml Deployment/web`"),
    command("why", "OBJECT [FIELD]", "which lines made a field: `:why Deployment/web spec.replicas`"),
    command("check", "", "check the session with every combination of its params"),
    command("rules", "[WORD]", "rules that judge objects, by name or by what they are on"),
    command("set", "[PARAM VALUE]", "give a param a value, or list the params"),
    command("unset", "PARAM", "take the value away again"),
    command("list", "", "what was declared"),
    command("drop", "NAME", "take a declaration away: `:drop app web`"),
    command("mark", "", "remember the objects as they are now"),
    command("diff", "", "what changed since the last `:mark`"),
    command("load", "FILE", "take in a file; its declarations stand below those that were entered"),
    command("reload", "", "read the file that was loaded again"),
    command("save", "FILE", "write the session to a file"),
    command("clear", "", "begin anew"),
    command("help", "", "this list"),
    command("quit", "", "end the session, as does Ctrl-D"),
];

/// The command of a name, which may be shortened; else all that it could stand for.
pub fn command_named(head: &str) -> Result<&'static Command, Vec<&'static Command>> {
    let fitting: Vec<&Command> = COMMANDS.iter().filter(|c| c.name.starts_with(head) && !head.is_empty()).collect();
    match fitting.iter().find(|c| c.name == head).or(fitting.first().filter(|_| fitting.len() == 1)) {
        Some(found) => Ok(found),
        None => Err(fitting),
    }
}

impl Session {
    pub(super) fn command(&mut self, command: &str, typed: &Arc<Typed>) -> Reply {
        let (head, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        let found = match command_named(head) {
            Ok(found) => found,
            Err(fitting) => return unknown(head, &fitting),
        };
        if rest.is_empty() && !found.takes.is_empty() && !found.takes.starts_with('[') {
            return Reply::failed(format!("error: `:{}` needs {}\n", found.name, found.takes));
        }
        match found.name {
            "type" => self.type_of(rest, typed),
            "doc" => self.doc(rest),
            "explain" => Reply::then(Then::Explain(rest.to_string())),
            "objects" => self.list_objects(),
            "yaml" => self.yaml(rest),
            "why" => self.why(rest),
            "check" => self.check(),
            "rules" => self.rules(rest),
            "set" => self.set(rest),
            "unset" => self.unset(rest),
            "list" => Reply::text(self.text()),
            "drop" => self.drop_piece(rest),
            "mark" => {
                self.marked = self.objects.clone();
                Reply::text(format!("marked {}\n", counted(self.marked.len(), "object")))
            }
            "diff" => self.diff(),
            "load" => Reply::then(Then::Load(rest.to_string())),
            "reload" => match &self.loaded {
                Some((path, _)) => Reply::then(Then::Load(path.clone())),
                None => Reply::failed("error: no file was loaded: `:load FILE`\n"),
            },
            "save" => Reply::then(Then::Save { path: rest.to_string(), text: fmt::layout(&self.text()).unwrap_or_else(|| self.text()) }),
            "clear" => {
                let (world, style) = (self.world.clone(), self.style);
                *self = Session::new(world, style);
                Reply::default()
            }
            "quit" => Reply::then(Then::Quit),
            _ => Reply::then(Then::Help),
        }
    }

    /// What the session itself says about a name of its own; else the page of `kdsl explain`.
    fn doc(&self, topic: &str) -> Reply {
        let own = self.pieces().iter().any(|piece| {
            let name = piece.name.as_deref().and_then(|name| name.split_once(' ')).map_or("", |(_, name)| name);
            !name.is_empty() && topic.split('.').next() == Some(name)
        });
        match self.described(topic).filter(|_| own).or_else(|| self.declared(topic)) {
            Some(text) => Reply::text(text),
            None => Reply::then(Then::Explain(topic.to_string())),
        }
    }

    /// What is said of a declaration that a topic names as an expression would: `app.web`.
    fn declared(&self, topic: &str) -> Option<String> {
        let (kind, name) = topic.split_once('.')?;
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !is_word(kind) || !is_word(name) {
            return None;
        }
        let typed = Arc::new(Typed { name: super::NAME.into(), text: topic.into() });
        let (text, _) = self.with_value(topic, &typed, 0);
        let (at, world) = (text.trim_end().len() - 1, super::With { world: &*self.world, path: self.path(), text });
        let path = self.path();
        let hover = crate::engine::deep(|| {
            let analysis = crate::ide::Analysis::new(&world, &path);
            // Only of what stands somewhere: any other word is explained.
            let is_declared = !crate::ide::definition(&analysis, &path, at).is_empty();
            crate::ide::hover(&analysis, &path, at).filter(|_| is_declared)
        })?;
        Some(plain(&hover.markdown))
    }

    /// What a declaration of the session, or a field of a kind of its own, is documented as.
    pub(super) fn described(&self, topic: &str) -> Option<String> {
        let (files, sink) = (FileDb::new(), Sink::new());
        let text = self.text();
        let source = files.add(super::NAME, text.as_str(), SourceKind::User).ok()?;
        let file = syntax::parse(&source, &sink);
        let (head, field) = topic.split_once('.').map_or((topic, None), |(head, field)| (head, Some(field)));
        let span = file.items.iter().find_map(|item| match item {
            Item::Kind(kind) if kind.name.name == head => match field {
                Some(field) => kind.members.iter().find_map(|member| match member {
                    crate::ast::Member::Field(decl) if decl.name.name == field => Some(decl.name.span),
                    _ => None,
                }),
                None => Some(kind.name.span),
            },
            Item::Fn(decl) if decl.name.name == head => Some(decl.name.span),
            Item::Type(decl) if decl.name.name == head => Some(decl.name.span),
            Item::Let(decl) if decl.name.name == head => Some(decl.name.span),
            Item::Param(decl) if decl.name.name == head => Some(decl.name.span),
            _ => None,
        })?;
        let world = super::With { world: &*self.world, path: self.path(), text };
        let path = self.path();
        let at = (span.start - source.base) as usize + 1;
        let hover = crate::engine::deep(|| crate::ide::hover(&crate::ide::Analysis::new(&world, &path), &path, at))?;
        Some(plain(&hover.markdown))
    }

    fn list_objects(&self) -> Reply {
        if self.objects.is_empty() {
            return Reply::text("no objects yet: declare one, such as `app web { image = \"nginx:1.27.0\" }`\n");
        }
        Reply::text(self.objects.keys().map(|title| format!("{title}\n")).collect::<String>())
    }

    fn yaml(&self, which: &str) -> Reply {
        let found: Vec<&String> =
            self.objects.iter().filter(|(title, _)| which.is_empty() || fits(title, which)).map(|(_, yaml)| yaml).collect();
        if found.is_empty() {
            return if which.is_empty() { self.list_objects() } else { self.no_object(which) };
        }
        let texts: Vec<&str> = found.iter().map(|yaml| yaml.strip_prefix("---\n").unwrap_or(yaml)).collect();
        Reply::text(texts.join("---\n"))
    }

    fn no_object(&self, which: &str) -> Reply {
        let names: Vec<String> = self.objects.keys().map(|title| title.replace(' ', "/")).collect();
        let near = suggest::nearest(which, names.iter().map(String::as_str));
        let help = near.map_or("`:objects` lists them".to_string(), |near| format!("did you mean `{near}`?"));
        Reply::failed(format!("error: there is no object `{which}`\n  Help: {help}\n"))
    }

    fn why(&self, rest: &str) -> Reply {
        let (which, path) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let object = match self.objects.keys().find(|title| fits(title, which)) {
            Some(title) => title.replace(' ', "/"),
            None => return self.no_object(which),
        };
        let parts: Vec<&str> = object.split('/').collect();
        let (object, namespace) = match parts.as_slice() {
            [kind, namespace, name] => (format!("{kind}/{name}"), Some(namespace.to_string())),
            _ => (object.clone(), None),
        };
        let query = why::Query { object, namespace, path: path.trim().to_string() };
        let (text, places) = self.program();
        let answer = places.moved_answer(&self.path(), self.engine(text).why(&self.path(), &query));
        match &answer.answer {
            Some(Ok(_)) => Reply::text(answer.text(self.is_colored())),
            Some(Err(unknown)) => {
                let help = unknown.help.as_ref().map_or(String::new(), |help| format!("  Help: {help}\n"));
                Reply::failed(format!("error: {}\n{help}", unknown.message))
            }
            None => self.refused(&answer.diagnostics),
        }
    }

    fn is_colored(&self) -> bool {
        matches!(self.style, super::Style::Pretty { color: true })
    }

    fn check(&self) -> Reply {
        let (text, places) = self.program();
        let check = self.engine(text).check(&self.path());
        let diagnostics = places.moved(&self.path(), check.diagnostics);
        let said = diagnostics.render(self.style);
        if diagnostics.has_errors() {
            return Reply::failed(said);
        }
        Reply { text: format!("{}: no errors\n", counted(check.combinations, "combination")), said, ..Reply::default() }
    }

    fn rules(&self, word: &str) -> Reply {
        let (files, sink) = (FileDb::new(), Sink::new());
        let mut lines = Vec::new();
        let mut note = |rule: &crate::ast::RuleDecl| {
            let (name, on) = (rule.name.name.as_str(), rule.on.name.name.as_str());
            let about = rule.doc.as_deref().and_then(|doc| doc.lines().next()).unwrap_or("");
            if word.is_empty() || name.contains(word) || on.eq_ignore_ascii_case(word) {
                lines.push(format!("{name} on {on}{}{about}\n", if about.is_empty() { "" } else { ": " }));
            }
        };
        if let Ok(source) = files.add(super::NAME, self.text(), SourceKind::User) {
            for item in &syntax::parse(&source, &sink).items {
                if let Item::Rule(rule) = item {
                    note(rule);
                }
            }
        }
        stdlib::rules().for_each(&mut note);
        if lines.is_empty() {
            return Reply::failed(format!("error: no rule is named or on `{word}`\n"));
        }
        Reply::text(lines.concat())
    }

    fn set(&mut self, rest: &str) -> Reply {
        if rest.is_empty() {
            return self.params();
        }
        let Some((name, value)) = rest.split_once(|c: char| c.is_whitespace() || c == '=') else {
            return Reply::failed(format!("error: give `{rest}` a value: `:set {rest} VALUE`\n"));
        };
        let value = value.trim().trim_start_matches('=').trim();
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        let old = self.given.insert(name.to_string(), value.to_string());
        let build = self.build();
        if self.are_fatal(&build.diagnostics) {
            match old {
                Some(old) => self.given.insert(name.to_string(), old),
                None => self.given.remove(name),
            };
            return self.refused(&build.diagnostics);
        }
        let known = super::declared_params(&self.text()).contains(name);
        let text =
            if known { String::new() } else { format!("no param is named `{name}` yet: it will have the value once it is declared\n") };
        self.accept(build, text, true)
    }

    fn unset(&mut self, name: &str) -> Reply {
        if self.given.remove(name).is_none() {
            return Reply::failed(format!("error: `{name}` was given no value\n"));
        }
        let build = self.build();
        self.accept(build, String::new(), true)
    }

    fn params(&self) -> Reply {
        let mut names: Vec<String> = super::declared_params(&self.text()).into_iter().collect();
        names.sort();
        if names.is_empty() {
            return Reply::text("no params: declare one, such as `param env: \"dev\" | \"prod\" = \"dev\"`\n");
        }
        let line = |name: &String| match self.value_of(name) {
            Some(shown) => format!("{name} = {shown}\n"),
            None => format!("{name} has no value: `:set {name} VALUE`\n"),
        };
        Reply::text(names.iter().map(line).collect::<String>())
    }

    fn drop_piece(&mut self, name: &str) -> Reply {
        let is_it = |piece: &pieces::Piece| piece.name.as_deref().is_some_and(|n| n == name || n.rsplit(' ').next() == Some(name));
        let before = (self.typed.clone(), self.loaded.clone());
        self.typed.retain(|piece| !is_it(piece));
        if let Some((_, pieces)) = &mut self.loaded {
            pieces.retain(|piece| !is_it(piece));
        }
        if before == (self.typed.clone(), self.loaded.clone()) {
            return Reply::failed(format!("error: nothing is declared as `{name}`\n  Help: `:list` shows what is\n"));
        }
        let build = self.build();
        if self.are_fatal(&build.diagnostics) {
            (self.typed, self.loaded) = before;
            return self.refused(&build.diagnostics);
        }
        self.accept(build, String::new(), true)
    }

    fn diff(&self) -> Reply {
        let mut out = String::new();
        for (sign, title) in changes(&self.marked, &self.objects) {
            out.push_str(&format!("{sign} {title}\n"));
            if let (Some(old), Some(new)) = (self.marked.get(title), self.objects.get(title)) {
                for hunk in TextDiff::from_lines(old.as_str(), new.as_str()).unified_diff().context_radius(1).iter_hunks() {
                    out.push_str(&hunk.to_string().lines().skip(1).map(|line| format!("    {line}\n")).collect::<String>());
                }
            }
        }
        Reply::text(if out.is_empty() { "nothing changed\n".into() } else { out })
    }
}

/// Markdown without its fences.
fn plain(markdown: &str) -> String {
    let lines: Vec<&str> = markdown.lines().filter(|line| !line.starts_with("```")).collect();
    lines.join("\n") + "\n"
}

/// Which objects are new (`+`), gone (`-`) and other than they were (`~`).
pub(super) fn changes<'o>(old: &'o BTreeMap<String, String>, new: &'o BTreeMap<String, String>) -> Vec<(char, &'o str)> {
    let gone = old.keys().filter(|title| !new.contains_key(*title)).map(|title| ('-', title.as_str()));
    let other = new.iter().filter_map(|(title, yaml)| match old.get(title) {
        None => Some(('+', title.as_str())),
        Some(was) if was != yaml => Some(('~', title.as_str())),
        Some(_) => None,
    });
    gone.chain(other).collect()
}

/// Whether `Deployment shop/web` is meant by `Deployment/shop/web`, `deployment/web`, `shop/Deployment/web` or `web`.
pub(super) fn fits(title: &str, which: &str) -> bool {
    let title = title.replace(' ', "/").to_lowercase();
    let which = which.replace(' ', "/").to_lowercase();
    let parts: Vec<&str> = title.split('/').collect();
    let (kind, name) = (parts[0], parts[parts.len() - 1]);
    let mut wanted = which.split('/').collect::<Vec<_>>();
    let Some(last) = wanted.pop() else { return false };
    last == name && wanted.iter().all(|part| *part == kind || parts.len() == 3 && *part == parts[1])
}

fn unknown(head: &str, fitting: &[&Command]) -> Reply {
    let help = match fitting {
        [] => match suggest::nearest(head, COMMANDS.iter().map(|c| c.name)) {
            Some(near) => format!("did you mean `:{near}`?"),
            None => "`:help` lists the commands".to_string(),
        },
        several => format!("it may mean {}", several.iter().map(|c| format!("`:{}`", c.name)).collect::<Vec<_>>().join(", ")),
    };
    Reply::failed(format!("error: there is no command `:{head}`\n  Help: {help}\n"))
}

/// What `:help` says, in so many columns.
pub fn help(width: usize) -> String {
    let intro = "Enter an expression to see its value, or a declaration to add it; a declaration of the same name takes the place of the \
                 one before. An entry goes on while a bracket is open; an empty line ends it. Commands can be shortened:";
    let mut out = textwrap::fill(intro, width.min(80)) + "\n\n";
    for command in COMMANDS {
        let head = format!("  :{} {}", command.name, command.takes);
        // Beside each other only where both have room.
        let (first, indent) = match width < 64 {
            true => (format!("{}\n", head.trim_end()), " ".repeat(6)),
            false => (format!("{:<24}", head.trim_end()), " ".repeat(24)),
        };
        let options = textwrap::Options::new(width).initial_indent(&indent).subsequent_indent(&indent).break_words(false);
        let about = textwrap::fill(command.about, options);
        out.push_str(&first);
        out.push_str(if first.ends_with('\n') { &about } else { about.trim_start() });
        out.push('\n');
    }
    out
}
