//! Random programs: declarations of the library's kinds whose fields have random values of their types.
//!
//! A program depends on its number alone. Most are refused for good reasons (a field that conflicts with another, a port that is not
//! declared); those that build are what a test is after. Types whose values cannot be made up (addresses, native parts, patterns) are
//! left out.

use kdsl::diag::Sink;
use kdsl::load::Project;
use kdsl::resolve::{KindRef, Program, STD};
use kdsl::source::FileDb;
use kdsl::types::{Condition, FieldTy, Format, Literal, Refined, Ty};
use rust_decimal::prelude::ToPrimitive;

/// The kinds that are declared.
const KINDS: &[&str] = &["app", "stateful", "daemon", "job", "cron", "namespace", "config", "secret"];

/// A program of one to three declarations.
pub fn program(number: u64) -> String {
    let (project, files, sink) = (Project::default(), FileDb::new(), Sink::new());
    kdsl::stdlib::add_to(&files);
    let program = Program::new(&project, &files, &sink);
    let mut random = Random { state: number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 };
    let (count, percent) = (1 + random.below(3), 4 + random.below(22));
    let declarations = (0..count).filter_map(|index| {
        let kind = *random.one_of(KINDS);
        let Some(KindRef::High(found)) = program.kind_named(STD, kind.into()) else { return None };
        let fields = random.fields(&found.inputs.fields, 3, percent)?;
        Some(format!("{kind} x{index} {{\n{fields}}}\n"))
    });
    declarations.collect::<Vec<_>>().join("\n")
}

struct Random {
    state: u64,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len() as u64) as usize]
    }

    /// The fields of a block: those that are required, and some of the others. `None` where a required one cannot be made up.
    fn fields(&mut self, fields: &[FieldTy], depth: u32, percent: u64) -> Option<String> {
        let mut out = String::new();
        for field in fields {
            let required = field.required();
            if !required && !self.chance(percent) {
                continue;
            }
            match self.value(&field.ty, depth) {
                Some(value) => out.push_str(&format!("  {} = {value}\n", field.name)),
                None if required => return None,
                None => {}
            }
        }
        Some(out)
    }

    fn value(&mut self, ty: &Ty, depth: u32) -> Option<String> {
        let value = match ty {
            Ty::Optional(inner) => return self.value(inner, depth),
            Ty::Refined(refined) => return self.refined(refined, depth),
            Ty::Union(members) => {
                let member = self.one_of(members).clone();
                return self.value(&member, depth);
            }
            Ty::Bool => self.one_of(&["true", "false"]).to_string(),
            Ty::Int => self.below(5).to_string(),
            Ty::Float => format!("{}.5", self.below(5)),
            Ty::String => self.one_of(&["\"a\"", "\"two words\"", "\"/bin/true\"", "\"\""]).to_string(),
            Ty::Cpu => self.one_of(&["100m", "250m", "1", "2"]).to_string(),
            Ty::Bytes => self.one_of(&["64Mi", "128Mi", "1Gi"]).to_string(),
            Ty::Quantity => self.one_of(&["1", "64Mi"]).to_string(),
            Ty::Duration => format!("{}s", 1 + self.below(90)),
            Ty::Percent => format!("{}%", 1 + self.below(100)),
            Ty::Literal(Literal::Str(text)) => format!("\"{text}\""),
            Ty::Literal(Literal::Int(number)) => number.to_string(),
            Ty::Literal(Literal::Bool(truth)) => truth.to_string(),
            Ty::Range(inner) => {
                let (a, b) = match inner.base() {
                    Ty::Cpu => ("100m", "1"),
                    Ty::Bytes => ("64Mi", "128Mi"),
                    Ty::Int => ("1", "4"),
                    _ => return None,
                };
                if self.chance(50) { a.to_string() } else { format!("{a}..{b}") }
            }
            Ty::List(elem) if depth > 0 => {
                let count = self.below(3);
                let items: Option<Vec<String>> = (0..count).map(|_| self.value(elem, depth - 1)).collect();
                format!("[{}]", items?.join(", "))
            }
            Ty::Map(map) if depth > 0 => {
                let count = 1 + self.below(2);
                let mut entries = Vec::new();
                for index in 0..count {
                    let key = match map.key.base() {
                        Ty::String => self.one_of(&["http", "metrics", "data", "web", "cfg"]).to_string() + ["", "b"][index as usize % 2],
                        _ => self.value(&map.key, depth)?.trim_matches('"').to_string(),
                    };
                    let value = self.value(&map.value, depth - 1)?;
                    entries.push(format!("\"{key}\" = {value}"));
                }
                entries.dedup_by_key(|entry| entry.split(" = ").next().map(str::to_string));
                format!("{{ {} }}", entries.join(", "))
            }
            Ty::Record(record) if depth > 0 => {
                let fields = self.fields(&record.fields, depth - 1, 40)?;
                format!("{{ {} }}", fields.trim().replace('\n', ","))
            }
            _ => return None,
        };
        Some(value)
    }

    fn refined(&mut self, refined: &Refined, depth: u32) -> Option<String> {
        for condition in &refined.conditions {
            match condition {
                Condition::Between { lo, hi } if matches!(refined.base.base(), Ty::Int) => {
                    let lo = lo.and_then(|d| d.to_i64()).unwrap_or(0);
                    let hi = hi.and_then(|d| d.to_i64()).unwrap_or(lo + 10);
                    let span = (hi - lo).clamp(0, 10_000) as u64 + 1;
                    return Some((lo + self.below(span) as i64).to_string());
                }
                Condition::Format(format) => return self.formatted(*format).map(|text| format!("\"{text}\"")),
                Condition::Match(_) => return None,
                Condition::Between { .. } | Condition::Length { .. } => {}
            }
        }
        self.value(&refined.base, depth)
    }

    fn formatted(&mut self, format: Format) -> Option<&'static str> {
        let samples: &[&'static str] = match format {
            Format::Image | Format::PinnedImage => &["nginx:1.27.0", "registry.example.com/shop/web:1.4.2"],
            Format::Cron => &["0 3 * * *", "@daily"],
            Format::TimeZone => &["Etc/UTC", "Europe/Berlin"],
            Format::Cidr => &["10.0.0.0/8"],
            Format::Ip => &["10.1.2.3"],
            Format::Semver => &["1.2.3"],
            Format::DnsLabel | Format::DnsSubdomain => &["web", "db-1"],
            Format::LabelKey => &["team", "example.com/team"],
            Format::LabelValue => &["a", "shop"],
            Format::EnvName => &["LEVEL", "DB_HOST"],
            Format::PortName => &["http", "metrics"],
            Format::Path => &["/data", "/healthz"],
            Format::Url => &["https://example.com/x"],
            _ => return None,
        };
        Some(*self.one_of(samples))
    }
}
