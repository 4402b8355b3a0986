//! The book as HTML: pages that share a style, a script and an index to search in, all in one folder.

use super::book::{Book, Field, Function, Kind, Part, Rule, Type};
use super::markdown::counts;
use crate::repl::{Look, parts};
use std::collections::HashMap;
use std::fmt::Write as _;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/script.js");

pub fn pages(book: &Book) -> Vec<(String, String)> {
    let site = Site::new(book);
    let mut pages = vec![("style.css".to_string(), STYLE.to_string()), ("script.js".to_string(), SCRIPT.to_string())];
    pages.push(("index.html".into(), site.frame("", &book.title, &site.overview())));
    for part in &book.parts {
        for kind in &part.kinds {
            let name = kind_page(part, kind);
            pages.push((name.clone(), site.frame(&name, &kind.name, &site.kind(part, kind))));
        }
        for (what, title, body) in [
            ("types", "Types", site.types(part)),
            ("functions", "Functions", site.functions(part)),
            ("rules", "Rules", site.rules(part)),
            ("values", "Params and values", site.values(part)),
        ] {
            if !body.is_empty() {
                let name = format!("{}{what}.html", part.slug);
                pages.push((
                    name.clone(),
                    site.frame(&name, title, &format!("<h1>{title}</h1>\n<p class=lead>{}</p>\n{body}", escaped(&part.title))),
                ));
            }
        }
    }
    pages.push(("search.js".into(), site.index()));
    pages
}

struct Site<'b> {
    book: &'b Book,
    /// Where a type or kind is documented.
    places: HashMap<&'b str, String>,
}

fn kind_page(part: &Part, kind: &Kind) -> String {
    format!("{}kind-{}.html", part.slug, kind.name)
}

impl<'b> Site<'b> {
    fn new(book: &'b Book) -> Site<'b> {
        let mut places = HashMap::new();
        // What a project declares goes before what the library does.
        for part in book.parts.iter().rev() {
            part.types.iter().for_each(|ty| drop(places.insert(ty.name.as_str(), format!("{}types.html#{}", part.slug, ty.name))));
            part.kinds.iter().for_each(|kind| drop(places.insert(kind.name.as_str(), kind_page(part, kind))));
        }
        Site { book, places }
    }

    // ---- the frame ----

    fn frame(&self, page: &str, title: &str, body: &str) -> String {
        let title = if page.is_empty() { escaped(title) } else { format!("{} · {}", escaped(title), escaped(&self.book.title)) };
        format!(
            "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<link rel=stylesheet href=style.css>\n<script src=search.js defer></script>\n\
             <script src=script.js defer></script>\n<header>\n<button id=menu aria-label=\"Contents\">☰</button>\n\
             <a class=brand href=index.html>{}</a>\n<div class=search><input id=search type=search placeholder=\"Search\" \
             aria-label=\"Search\" autocomplete=off spellcheck=false><kbd>/</kbd><ol id=found hidden></ol></div>\n\
             <button id=theme aria-label=\"Light or dark\" title=\"Light or dark\">◐</button>\n</header>\n<nav id=contents>\n{}</nav>\n\
             <main>\n{body}</main>\n",
            escaped(&self.book.title),
            self.contents(page)
        )
    }

    fn contents(&self, page: &str) -> String {
        let mut out = String::new();
        let link = |target: &str, text: &str| {
            let here = if target == page { " aria-current=page" } else { "" };
            format!("<li><a href=\"{target}\"{here}>{}</a>\n", escaped(text))
        };
        for part in &self.book.parts {
            let _ = write!(out, "<h2>{}</h2>\n<ul>\n", escaped(&part.title));
            for kind in &part.kinds {
                out.push_str(&link(&kind_page(part, kind), &kind.name));
            }
            for (what, title, n) in [
                ("types", "Types", part.types.len()),
                ("functions", "Functions", part.functions.len()),
                ("rules", "Rules", part.rules.len()),
                ("values", "Params and values", part.values.len()),
            ] {
                if n > 0 {
                    let target = format!("{}{what}.html", part.slug);
                    let here = if target == page { " aria-current=page" } else { "" };
                    let _ = writeln!(out, "<li class=more><a href=\"{target}\"{here}>{title}<span class=count>{n}</span></a>");
                }
            }
            out.push_str("</ul>\n");
        }
        out
    }

    // ---- pages ----

    fn overview(&self) -> String {
        let mut out = format!("<h1>{}</h1>\n", escaped(&self.book.title));
        for part in &self.book.parts {
            let heading = if part.slug.is_empty() { "This project" } else { &part.title };
            let _ = write!(out, "<h2>{}</h2>\n<p class=lead>{}</p>\n", escaped(heading), counts(part));
            if !part.kinds.is_empty() {
                let cards: String = part.kinds.iter().map(|kind| card(&kind_page(part, kind), &kind.name, &kind.doc)).collect();
                let _ = write!(out, "<div class=cards>\n{cards}</div>\n");
            }
            out.push_str(&self.values(part));
        }
        out
    }

    fn kind(&self, part: &Part, kind: &Kind) -> String {
        let from = match &kind.from {
            Some(from) => format!(" <span class=from>from {}</span>", self.code(from)),
            None => String::new(),
        };
        let mut out =
            format!("<p class=crumb>{} · kind</p>\n<h1>{}{from}</h1>\n{}", escaped(&part.title), escaped(&kind.name), prose(&kind.doc));
        let (own, others): (Vec<&Field>, Vec<&Field>) = kind.fields.iter().partition(|field| field.of.is_none());
        if !own.is_empty() {
            let _ = write!(out, "<h2 id=fields>Fields</h2>\n{}", self.fields(own.into_iter(), ""));
        }
        let mut owners: Vec<&str> = others.iter().filter_map(|field| field.of.as_deref()).collect();
        owners.dedup();
        for owner in owners {
            let its = others.iter().copied().filter(|field| field.of.as_deref() == Some(owner));
            let _ = write!(out, "<h2>Fields from {}</h2>\n{}", self.code(owner), self.fields(its, ""));
        }
        if !kind.exports.is_empty() {
            let _ = write!(
                out,
                "<h2 id=exports>Exports</h2>\n<p>What other declarations may read: <code>{}.NAME.{}</code></p>\n{}",
                escaped(&kind.name),
                escaped(&kind.exports[0].name),
                self.fields(kind.exports.iter(), "export-")
            );
        }
        out
    }

    fn fields<'f>(&self, fields: impl Iterator<Item = &'f Field>, prefix: &str) -> String {
        let mut out = String::from("<dl class=fields>\n");
        for field in fields {
            let id = format!("{prefix}{}", field.name);
            let depth = field.name.matches('.').count();
            let ty = if field.ty.is_empty() { String::new() } else { format!(" <span class=type>{}</span>", self.code(&field.ty)) };
            let default = if field.default.is_empty() {
                String::new()
            } else {
                format!(" <span class=default>{}</span>", self.code(&format!("= {}", field.default)))
            };
            let required = if field.required { " <span class=tag>required</span>" } else { "" };
            let primary =
                if field.primary { " <span class=\"tag soft\" title=\"A bare value means this field\">primary</span>" } else { "" };
            let (parents, name) = field.name.rfind('.').map_or(("", field.name.as_str()), |at| field.name.split_at(at + 1));
            let _ = write!(
                out,
                "<div class=field id=\"{id}\" style=\"--depth:{depth}\"><dt><a class=name href=\"#{id}\"><span class=parents>{}</span>{}</a>{ty}{default}{required}{primary}</dt>\n<dd>{}</dd></div>\n",
                escaped(parents),
                escaped(name),
                prose(&field.doc)
            );
        }
        out + "</dl>\n"
    }

    fn types(&self, part: &Part) -> String {
        let one = |ty: &Type| {
            let is = if ty.is.is_empty() {
                String::new()
            } else {
                format!("<pre>{}</pre>\n", self.code_block(&format!("type {} = {}", ty.name, ty.is)))
            };
            let fields = if ty.fields.is_empty() { String::new() } else { self.fields(ty.fields.iter(), &format!("{}.", ty.name)) };
            format!("<section id=\"{0}\"><h2><a href=\"#{0}\">{0}</a></h2>\n{1}{is}{fields}</section>\n", escaped(&ty.name), prose(&ty.doc))
        };
        part.types.iter().map(one).collect()
    }

    fn functions(&self, part: &Part) -> String {
        let one = |function: &Function| {
            let example = if function.example.is_empty() {
                String::new()
            } else {
                format!("<pre class=example>{}</pre>\n", self.code_block(&function.example))
            };
            format!(
                "<section id=\"{0}\"><h2><a href=\"#{0}\">{0}</a></h2>\n<pre>{1}</pre>\n{2}{example}</section>\n",
                escaped(&function.name),
                self.code_block(&function.signature),
                prose(&function.doc)
            )
        };
        part.functions.iter().map(one).collect()
    }

    fn rules(&self, part: &Part) -> String {
        let mut out = String::new();
        let mut files: Vec<&str> = part.rules.iter().map(|rule| rule.file.as_str()).collect();
        files.dedup();
        for file in files {
            let title = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".kdsl");
            let _ = write!(out, "<h2 id=\"in-{0}\">{0}</h2>\n<dl class=fields>\n", escaped(title));
            part.rules.iter().filter(|rule| rule.file == file).for_each(|rule| out.push_str(&self.rule(rule)));
            out.push_str("</dl>\n");
        }
        out
    }

    fn rule(&self, rule: &Rule) -> String {
        let level = if rule.warns { "<span class=\"tag soft\">warning</span>" } else { "<span class=tag>error</span>" };
        let example = match rule.example.as_str() {
            "" => String::new(),
            text => format!(
                "<details><summary>What it complains of</summary><pre class=example><code>{}</code></pre></details>\n",
                escaped(text)
            ),
        };
        format!(
            "<div class=field id=\"{0}\"><dt><a class=name href=\"#{0}\">{0}</a> <span class=type>on {1}</span>{level}</dt>\n<dd>{2}{example}</dd></div>\n",
            escaped(&rule.name),
            self.code(&rule.on),
            prose(&rule.doc)
        )
    }

    fn values(&self, part: &Part) -> String {
        if part.values.is_empty() { String::new() } else { self.fields(part.values.iter(), "") }
    }

    // ---- code ----

    /// A piece of code in a line.
    fn code(&self, text: &str) -> String {
        format!("<code>{}</code>", self.colored(text))
    }

    fn code_block(&self, text: &str) -> String {
        format!("<code>{}</code>", self.colored(text))
    }

    /// Code with colours, and with links from the names of types.
    fn colored(&self, text: &str) -> String {
        let mut out = String::new();
        for part in parts(text) {
            let word = &text[part.range];
            let shown = escaped(word);
            let class = match part.look {
                Look::Keyword => "k",
                Look::Text => "s",
                Look::Number => "n",
                Look::Comment => "c",
                Look::Type | Look::Plain | Look::Field | Look::Command | Look::Wrong => "",
            };
            match (self.places.get(word), class) {
                (Some(place), "") => drop(write!(out, "<a href=\"{place}\">{shown}</a>")),
                (_, "") => out.push_str(&shown),
                (_, class) => drop(write!(out, "<span class={class}>{shown}</span>")),
            }
        }
        out
    }

    // ---- the index ----

    /// Everything that has a name: the name, where it is, what it is, and the first words about it.
    fn index(&self) -> String {
        let mut rows: Vec<[String; 4]> = Vec::new();
        for part in &self.book.parts {
            for kind in &part.kinds {
                let page = kind_page(part, kind);
                rows.push([kind.name.clone(), page.clone(), "kind".into(), first_sentence(&kind.doc).into()]);
                for field in &kind.fields {
                    rows.push([
                        format!("{}.{}", kind.name, field.name),
                        format!("{page}#{}", field.name),
                        "field".into(),
                        first_sentence(&field.doc).into(),
                    ]);
                }
            }
            for ty in &part.types {
                let page = format!("{}types.html", part.slug);
                rows.push([ty.name.clone(), format!("{page}#{}", ty.name), "type".into(), first_sentence(&ty.doc).into()]);
                for field in &ty.fields {
                    let name = format!("{}.{}", ty.name, field.name);
                    rows.push([name.clone(), format!("{page}#{name}"), "field".into(), first_sentence(&field.doc).into()]);
                }
            }
            for function in &part.functions {
                let place = format!("{}functions.html#{}", part.slug, function.name);
                rows.push([function.name.clone(), place, "function".into(), first_sentence(&function.doc).into()]);
            }
            for rule in &part.rules {
                let place = format!("{}rules.html#{}", part.slug, rule.name);
                rows.push([rule.name.clone(), place, "rule".into(), first_sentence(&rule.doc).into()]);
            }
            for value in &part.values {
                let place = format!("{}values.html#{}", part.slug, value.name);
                rows.push([value.name.clone(), place, "value".into(), first_sentence(&value.doc).into()]);
            }
        }
        let rows: Vec<String> = rows.iter().map(|row| serde_json::json!(row).to_string()).collect();
        format!("const ENTRIES = [\n{}\n];\n", rows.join(",\n"))
    }
}

fn card(target: &str, name: &str, doc: &str) -> String {
    let about = spans(&escaped(first_sentence(doc)));
    format!("<a class=card href=\"{target}\"><h3>{}</h3><p>{about}</p></a>\n", escaped(name))
}

fn first_sentence(doc: &str) -> &str {
    let paragraph = doc.split("\n\n").next().unwrap_or("");
    paragraph.find(". ").or_else(|| paragraph.find(".\n")).map_or(paragraph, |at| &paragraph[..=at])
}

/// A documentation comment: paragraphs, lists, code.
fn prose(doc: &str) -> String {
    let mut out = String::new();
    for paragraph in doc.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let text = paragraph.trim();
        if let Some(code) = text.strip_prefix("```").and_then(|rest| rest.split_once('\n')).map(|(_, rest)| rest.trim_end_matches('`')) {
            let _ = writeln!(out, "<pre><code>{}</code></pre>", escaped(code));
        } else if text.starts_with("- ") {
            let items = text.split("\n- ").map(|item| format!("<li>{}\n", spans(&escaped(item.trim_start_matches("- ")))));
            let _ = write!(out, "<ul>\n{}</ul>\n", items.collect::<String>());
        } else {
            let class = if text.starts_with("Source: ") { " class=source" } else { "" };
            let _ = writeln!(out, "<p{class}>{}</p>", spans(&escaped(text)));
        }
    }
    out
}

/// Code between backticks; the text is escaped already.
fn spans(text: &str) -> String {
    let mut out = String::new();
    for (i, piece) in text.split('`').enumerate() {
        match i % 2 {
            0 => out.push_str(piece),
            _ => drop(write!(out, "<code>{piece}</code>")),
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
