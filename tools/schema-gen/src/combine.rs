//! Joins what the server and k8s-openapi say of each release into the lines of the schema's files.
//!
//! A type's facts are those of the newest release that has it, from the server where it knows the type. From when to when a type or
//! a field exists comes from k8s-openapi: the server that emulates an older release shows the newer fields too. Types that
//! k8s-openapi has no name for (lists of a kind) exist where the server has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, iter};

use serde_json::{Map, Value, json};

use crate::facts;
use crate::kinds::{self, Kind};
use crate::order::{Ranking, last_segment};
use crate::server::{self, Release, Schemas};

pub fn run(collected: &Path, schema: &Path) -> Result<(), String> {
    let releases = server::read(collected)?;
    let kinds = kinds::all(&releases)?;
    let newest = releases.last().and_then(|release| release.server.as_ref()).ok_or("no server of the newest release")?;
    let ranking = Ranking::new(&kinds::groups(newest), &kinds);
    let mut types = all_types(&releases)?;
    give_labels(&mut types, &schema.join("labels.json"))?;

    let span = Span::new(&releases);
    write(&schema.join("types.jsonl"), iter::once(head(&span)).chain(type_lines(types.values(), &span, &ranking)))?;
    write(&schema.join("kinds.jsonl"), kind_lines(&kinds, &span, &ranking).into_iter())?;
    fs::write(schema.join("documented.rs"), documented(releases.last().expect("there is a newest release")))
        .map_err(|error| format!("documented.rs: {error}"))?;
    report("served by default", &newest.usual_schemas.keys().filter_map(|name| types.get(name)).collect::<Vec<_>>());
    report("all", &types.values().collect::<Vec<_>>());
    println!("{:>18}: {} kinds of {} to {}", "all", kinds.len(), minor(span.oldest), minor(span.newest));
    Ok(())
}

struct Type {
    name: String,
    facts: Map<String, Value>,
    fields: BTreeMap<String, Field>,
    minors: BTreeSet<u8>,
    /// Label and primary fields of the lists that this type is the element of.
    first: Vec<String>,
}

struct Field {
    facts: Map<String, Value>,
    /// Empty where k8s-openapi does not know the field: then it is as old as its type.
    minors: BTreeSet<u8>,
}

fn all_types(releases: &[Release]) -> Result<BTreeMap<String, Type>, String> {
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    for release in releases {
        for (name, schema) in release.library.schemas.iter().chain(release.server.iter().flat_map(|server| &server.schemas)) {
            learn(&mut types, name, schema)?;
        }
    }
    for ty in types.values_mut() {
        date(ty, releases);
    }
    // A type that only the server's code still holds, and no release has, is nobody's.
    types.retain(|_, ty| !ty.minors.is_empty());
    Ok(types)
}

/// Later calls overrule earlier ones, field by field, so that what a newer release dropped is kept.
fn learn(types: &mut BTreeMap<String, Type>, name: &str, schema: &Value) -> Result<(), String> {
    let ty = types.entry(name.to_owned()).or_insert_with(|| Type {
        name: name.to_owned(),
        facts: Map::new(),
        fields: BTreeMap::new(),
        minors: BTreeSet::new(),
        first: Vec::new(),
    });
    ty.facts = facts::of_type(name, schema)?;
    if facts::scalar(name).is_some() {
        return Ok(());
    }
    for (field, facts) in facts::of_fields(name, schema)? {
        let Value::Object(facts) = facts else { continue };
        ty.fields.entry(field).or_insert_with(|| Field { facts: Map::new(), minors: BTreeSet::new() }).facts = facts;
    }
    Ok(())
}

fn date(ty: &mut Type, releases: &[Release]) {
    let in_library = releases.iter().any(|release| release.library.schemas.contains_key(&ty.name));
    for (index, release) in releases.iter().enumerate() {
        let has = |schemas: &Schemas| schemas.contains_key(&ty.name);
        // The oldest release has no server; what the next one serves without k8s-openapi's knowledge is taken to be as old.
        let server = release.server.as_ref().or_else(|| releases.get(index + 1)?.server.as_ref());
        let present = if in_library { has(&release.library.schemas) } else { server.is_some_and(|server| has(&server.schemas)) };
        if !present {
            continue;
        }
        ty.minors.insert(release.minor);
        let Some(schema) = release.library.schemas.get(&ty.name) else { continue };
        for field in schema["properties"].as_object().into_iter().flat_map(Map::keys) {
            if let Some(field) = ty.fields.get_mut(field) {
                field.minors.insert(release.minor);
            }
        }
    }
}

/// Folds `labels.json` in: every list that merges by key gets a label field, and a primary field where one is stated.
fn give_labels(types: &mut BTreeMap<String, Type>, file: &Path) -> Result<(), String> {
    let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let stated: Vec<BTreeMap<String, String>> = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut used = BTreeSet::new();
    let mut first: BTreeMap<String, BTreeSet<(usize, String)>> = BTreeMap::new();
    for ty in types.values_mut() {
        for (name, field) in &mut ty.fields {
            let Some(key) = merge_key(&field.facts) else { continue };
            let places = [format!("{}.{name}", last_segment(&ty.name)), format!("*.{name}")];
            let found = places.iter().find_map(|place| stated.iter().position(|entry| entry.get("list") == Some(place)));
            used.extend(found);
            let entry = found.map(|index| &stated[index]);
            let label = entry.and_then(|entry| entry.get("label")).cloned().unwrap_or(key);
            let primary = entry.and_then(|entry| entry.get("primary"));
            let elem = field.facts["type"].as_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            let leading = first.entry(elem).or_default();
            leading.insert((0, label.clone()));
            leading.extend(primary.map(|primary| (1, primary.clone())));
            field.facts.insert("label".into(), label.into());
            if let Some(primary) = primary {
                field.facts.insert("primary".into(), primary.as_str().into());
            }
        }
    }
    for (elem, leading) in first {
        if let Some(ty) = types.get_mut(&elem) {
            ty.first = leading.into_iter().map(|(_, field)| field).collect();
        }
    }
    match (0..stated.len()).find(|index| !used.contains(index)) {
        Some(index) => Err(format!("labels.json: no list that merges by key is {:?}", stated[index].get("list"))),
        None => Ok(()),
    }
}

/// The server's first key; a patch's key where the server states no list type.
fn merge_key(facts: &Map<String, Value>) -> Option<String> {
    let key = match facts.get("list").and_then(Value::as_str) {
        Some("map") => facts.get("keys")?.get(0)?,
        Some(_) => return None,
        None => facts.get("mergeKey")?,
    };
    key.as_str().map(str::to_owned)
}

struct Span {
    oldest: u8,
    newest: u8,
}

impl Span {
    fn new(releases: &[Release]) -> Span {
        Span { oldest: releases[0].minor, newest: releases[releases.len() - 1].minor }
    }

    /// `since` and `until`, each only where it says more than `around` does.
    fn note(&self, line: &mut Map<String, Value>, minors: &BTreeSet<u8>, around: Option<&BTreeSet<u8>>) {
        let first = around.and_then(BTreeSet::first).copied().unwrap_or(self.oldest);
        let last = around.and_then(BTreeSet::last).copied().unwrap_or(self.newest);
        if let Some(&since) = minors.first().filter(|&&since| since != first) {
            line.insert("since".into(), minor(since).into());
        }
        if let Some(&until) = minors.last().filter(|&&until| until != last) {
            line.insert("until".into(), minor(until).into());
        }
    }

    fn ended(&self, minors: &BTreeSet<u8>) -> bool {
        minors.last() != Some(&self.newest)
    }
}

fn head(span: &Span) -> Value {
    json!({ "releases": [minor(span.oldest), minor(span.newest)] })
}

fn type_lines<'a>(types: impl Iterator<Item = &'a Type>, span: &Span, ranking: &Ranking) -> impl Iterator<Item = Value> {
    let mut types: Vec<&Type> = types.collect();
    types.sort_by_cached_key(|ty| (last_segment(&ty.name).to_owned(), ranking.of_type(&ty.name, span.ended(&ty.minors))));
    types.into_iter().map(|ty| type_line(ty, span))
}

fn type_line(ty: &Type, span: &Span) -> Value {
    let mut line = Map::new();
    line.insert("name".into(), ty.name.as_str().into());
    span.note(&mut line, &ty.minors, None);
    line.extend(ty.facts.clone());
    if !ty.facts.contains_key("is") {
        let mut names: Vec<&String> = ty.fields.keys().collect();
        names.sort_by_key(|name| (writing_order(ty, name), *name));
        line.insert("fields".into(), names.into_iter().map(|name| field_line(ty, name, span)).collect());
    }
    line.into()
}

fn field_line(ty: &Type, name: &str, span: &Span) -> Value {
    let field = &ty.fields[name];
    let mut line = Map::new();
    line.insert("name".into(), name.into());
    line.insert("type".into(), field.facts["type"].clone());
    span.note(&mut line, &field.minors, Some(&ty.minors));
    line.extend(field.facts.clone());
    line.into()
}

/// The order in which people write an object: what it is, what it is called, what matters most; an object's status last.
fn writing_order(ty: &Type, field: &str) -> usize {
    const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];
    let leading = HEAD.iter().copied().chain(ty.first.iter().map(String::as_str)).chain(iter::once("name"));
    match leading.enumerate().find(|(_, name)| *name == field) {
        Some((index, _)) => index,
        None if field == "status" && ty.fields.contains_key("metadata") => usize::MAX,
        None => usize::MAX - 1,
    }
}

fn kind_lines(kinds: &[Kind], span: &Span, ranking: &Ranking) -> Vec<Value> {
    let mut kinds: Vec<&Kind> = kinds.iter().collect();
    kinds.sort_by_cached_key(|kind| (kind.kind.clone(), ranking.of_kind(kind, span.ended(&kind.minors))));
    let line = |kind: &Kind| {
        let mut line = kind.line();
        span.note(&mut line, &kind.minors, None);
        line.into()
    };
    kinds.into_iter().map(line).collect()
}

/// The types of the newest release from which all others can be reached, as Rust paths for `build.rs`.
fn documented(newest: &Release) -> String {
    let mut reached = BTreeSet::new();
    for (name, schema) in &newest.library.schemas {
        refs(schema, &mut |target| {
            if target != name {
                reached.insert(target.to_owned());
            }
        });
    }
    let roots = newest.library.paths.iter().filter(|(name, _)| !reached.contains(*name));
    let lines: String = roots.map(|(_, path)| format!("        $take!({path});\n")).collect();
    format!(
        "// Generated by tools/update-schema: the types of k8s-openapi from which all others can be reached.\n\
         macro_rules! documented {{\n    ($take:ident) => {{\n{lines}    }};\n}}\n"
    )
}

fn refs(schema: &Value, found: &mut impl FnMut(&str)) {
    match schema {
        Value::Object(map) => {
            if let Some(target) = map.get("$ref").and_then(Value::as_str) {
                found(target.rsplit('/').next().unwrap_or(target));
            }
            map.values().for_each(|value| refs(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| refs(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn write(file: &Path, lines: impl Iterator<Item = Value>) -> Result<(), String> {
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

fn report(what: &str, types: &[&Type]) {
    let fields = || types.iter().flat_map(|ty| ty.fields.values());
    let with = |fact: &str| fields().filter(|field| field.facts.contains_key(fact)).count();
    println!(
        "{what:>18}: {} types, {} fields, {} defaults, {} enums, {} list types, {} map keys, {} primary fields, {} fields with a date",
        types.len(),
        fields().count(),
        with("default"),
        with("enum"),
        with("list"),
        with("keys"),
        with("primary"),
        types.iter().flat_map(|ty| ty.fields.values().filter(|field| is_dated(ty, field))).count(),
    );
}

/// Whether the field came later or went earlier than its type.
fn is_dated(ty: &Type, field: &Field) -> bool {
    !field.minors.is_empty() && field.minors != ty.minors
}

fn minor(number: u8) -> String {
    format!("1.{number}")
}
