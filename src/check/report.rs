//! What is said where a value does not fit its place, and how it can be mended.

use super::Checker;
use super::access::field_names;
use super::expect::Expected;
use super::name::literal_texts;
use crate::ast::{Expr, ExprKind, Name};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::KindRef;
use crate::types::fit::{Difference, Fit, Misfit, counts_seconds};
use crate::types::{Literal, Ty};

impl<'a> Checker<'_, '_, 'a> {
    /// Holds the type of an expression against what is expected; false, after an error, where it does not fit.
    pub(super) fn fit(&self, found: &Ty<'a>, expected: &Expected<'_, 'a>, expr: &Expr) -> bool {
        let derives = |a, b| self.derives(a, b);
        let fit = Fit { native: expected.native, seconds: expected.seconds(), derives: &derives };
        match fit.check(found, expected.ty) {
            Ok(()) => true,
            Err(misfit) => {
                self.misfit(misfit, found, expected, expr);
                false
            }
        }
    }

    /// Whether a value fits a field of that name, without a word where it does not.
    pub(super) fn fits(&self, found: &Ty<'a>, wanted: &Ty<'a>, native: bool, name: Name) -> bool {
        let derives = |a, b| self.derives(a, b);
        Fit { native, seconds: native && counts_seconds(name), derives: &derives }.fits(found, wanted)
    }

    fn derives(&self, kind: Name, from: Name) -> bool {
        match self.program().kind_named(self.place.home, kind) {
            Some(KindRef::High(kind)) => kind.is_a(from),
            Some(KindRef::Native(_)) => false,
            Some(KindRef::Poison) | None => true,
        }
    }

    fn misfit(&self, misfit: Misfit<'a>, found: &Ty<'a>, expected: &Expected<'_, 'a>, expr: &Expr) {
        match misfit.what {
            Difference::Null { .. } if misfit.path.is_empty() => self.may_be_null(expected, expr),
            Difference::Null { wanted } => {
                let message = format!("`{}` of this may be null, and {wanted} is expected", misfit.path.trim_start_matches('.'));
                self.report_expected(Diagnostic::new(&codes::MAYBE_NULL, expr.span, message), expected);
            }
            Difference::Value { found: Literal::Str(text), wanted } => self.not_allowed(&text, &wanted, expected, expr),
            Difference::Value { wanted, .. } => self.mismatch(found, &wanted, expected, expr),
            Difference::Field { owner, name } => {
                let owner_name = owner.to_string();
                let message = format!("{owner_name} has no field `{name}`, which this has");
                let error = Diagnostic::new(&codes::UNKNOWN_FIELD, expr.span, message);
                self.report(match suggest::nearest(&name, field_names(&owner)) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error,
                });
            }
            Difference::Type { found: inner, wanted } if !misfit.path.is_empty() => {
                let message = format!("`{}` of this is {inner}, and {wanted} is expected", misfit.path.trim_start_matches('.'));
                self.report_expected(Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, message), expected);
            }
            Difference::Type { .. } => self.mismatch(found, expected.ty, expected, expr),
        }
    }

    pub(super) fn report_expected(&self, error: Diagnostic, expected: &Expected<'_, 'a>) {
        if !self.muted {
            let error = expected.explain(error, self.program().db);
            self.report(error);
        }
    }

    fn may_be_null(&self, expected: &Expected<'_, 'a>, expr: &Expr) {
        let message = match &expr.kind {
            ExprKind::Null => format!("null cannot stand here: {} is expected", expected.ty),
            _ => format!("this may be null, and {} is expected", expected.ty),
        };
        let error = Diagnostic::new(&codes::MAYBE_NULL, expr.span, message);
        self.report_expected(
            match &expr.kind {
                ExprKind::Null => error.help("only a field of an optional type, `T?`, may be null"),
                _ if super::access::is_path(expr) => {
                    let text = self.text(expr.span);
                    error.help(format!("give it a value for that case, `{text} ?? …`, or ask before: `if {text} != null`"))
                }
                _ => error.help("give it a value for that case: `… ?? …`"),
            },
            expected,
        );
    }

    /// A text that is none of the values allowed.
    pub(super) fn not_allowed(&self, text: &str, wanted: &Ty, expected: &Expected<'_, 'a>, expr: &Expr) {
        let texts = literal_texts(wanted);
        let subject = expected.why.subject().map_or(String::new(), |s| format!("`{s}` "));
        let message = match subject.is_empty() {
            true => format!("\"{text}\" is none of the values allowed here"),
            false => format!("{subject}cannot be \"{text}\""),
        };
        let error = Diagnostic::new(&codes::ENUM_VALUE, expr.span, message);
        let near = suggest::nearest(text, texts.iter().copied());
        let mut error = match near {
            Some(near) => error.help(format!("did you mean \"{near}\"?")),
            None if texts.len() == 1 && wanted.base().members().len() == 1 => error.help(format!("the only value is \"{}\"", texts[0])),
            None if texts.len() < wanted.base().members().len() => error.help(format!("allowed is {wanted}")),
            None => error.help(format!("allowed: {}", suggest::some_of(texts.iter().map(|t| format!("\"{t}\""))).replace('`', ""))),
        };
        if let (Some(near), ExprKind::Str(_)) = (near, &expr.kind) {
            error = error.fix(expr.span, format!("\"{near}\""));
        }
        self.report_expected(error, expected);
    }

    /// A value of quite another type.
    pub(super) fn mismatch(&self, found: &Ty<'a>, wanted: &Ty<'a>, expected: &Expected<'_, 'a>, expr: &Expr) {
        if self.muted {
            return;
        }
        let message = format!("expected {}, found {}", wanted_words(wanted), found_words(found));
        let error = Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, message);
        let error = self.mended(error, found, wanted, expr);
        self.report_expected(error, expected);
    }

    /// Adds the way to mend a mismatch, where one shows itself.
    fn mended(&self, error: Diagnostic, found: &Ty<'a>, wanted: &Ty<'a>, expr: &Expr) -> Diagnostic {
        let text = self.text(expr.span);
        let takes_text = wanted.base().members().iter().any(|m| matches!(m.base(), Ty::String | Ty::Literal(Literal::Str(_))));
        let fits = |ty: &Ty, wanted: &Ty| Fit { native: false, seconds: false, derives: &|a, b| a == b }.fits(ty, wanted);
        let wanted = match wanted.base() {
            Ty::Range(inner) => inner,
            _ => wanted,
        };
        match (found.base(), wanted.base()) {
            (Ty::Literal(Literal::Str(inner)), _) if !takes_text && self.reads_as(inner, wanted) => {
                error.help(format!("remove the quotes: `{inner}`")).fix(expr.span, inner.as_str())
            }
            (Ty::Literal(Literal::Str(path)), Ty::Address(_))
                if path.contains('.') && path.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-')) =>
            {
                error.help(format!("a declaration is named without quotes: `{path}`")).fix(expr.span, path.as_str())
            }
            (Ty::Address(Some(_)), _) if takes_text => {
                error.help(format!("write what of it is meant: `{text}.name`, or an export such as `{text}.host`"))
            }
            (Ty::List(_) | Ty::Keyed(_), _) if takes_text => error.help(format!("to join its elements: `join({text}, \", \")`")),
            (Ty::Ref, _) => error.help("the cluster fills a reference in: it stands only as the value of an environment variable"),
            (Ty::Int | Ty::Float | Ty::Bool | Ty::Percent | Ty::Cpu | Ty::Bytes | Ty::Duration, _) if takes_text => match &expr.kind {
                ExprKind::Num(_) | ExprKind::Bool(_) | ExprKind::Neg(_) => {
                    let quoted = format!("\"{text}\"");
                    error.help(format!("text is written in quotes: `{quoted}`")).fix(expr.span, quoted)
                }
                _ => {
                    let quoted = format!("\"${{{text}}}\"");
                    let error = error.help(format!("make it a text: `{quoted}`"));
                    if text.contains('"') { error } else { error.fix(expr.span, quoted) }
                }
            },
            (Ty::Int, Ty::Float) => {
                error.help(format!("only literals adapt; write `float({text})`")).fix(expr.span, format!("float({text})"))
            }
            (Ty::Int | Ty::Float, Ty::Cpu) => error.help(format!("only literals adapt; write `{text} * 1000m`")),
            (Ty::Int | Ty::Float, Ty::Bytes) => error.help(format!("only literals adapt; write the unit: `{text} * 1Mi`")),
            (Ty::Int | Ty::Float, Ty::Duration) => error.help(format!("only literals adapt; write the unit: `{text} * 1s`")),
            (Ty::Float, Ty::Int) => error.help("`round`, `floor` and `ceil` make a whole number"),
            (_, Ty::List(elem)) if fits(found, elem) => {
                error.help(format!("a list of one is written in brackets: `[{text}]`")).fix(expr.span, format!("[{text}]"))
            }
            (Ty::List(_) | Ty::Keyed(_), Ty::Map(_)) => error.help("a map is written with its keys: `{ key = value }`"),
            (_, Ty::Keyed(keyed)) => error.help(format!("write the elements, `[{{ {} = …, … }}]`, or each by its label", keyed.label())),
            (_, Ty::Record(_) | Ty::Native(_) | Ty::Partial(_)) if !has_entries(found) => match field_names(wanted).as_slice() {
                [] => error,
                names => error.help(format!("write a block, `{{ … }}`, with {}", suggest::some_of(names))),
            },
            (_, Ty::Map(_)) if !has_entries(found) => error.help("write a block: `{ key = value }`"),
            _ => error,
        }
    }

    /// Whether a quoted text, without its quotes, would be a value of the type.
    fn reads_as(&self, text: &str, wanted: &Ty) -> bool {
        let number =
            || text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'%');
        wanted.base().members().iter().any(|member| match member.base() {
            Ty::Bool => matches!(text, "true" | "false"),
            Ty::Int => text.parse::<i64>().is_ok(),
            Ty::Float => text.parse::<f64>().is_ok(),
            Ty::Percent => text.ends_with('%') && number(),
            Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Quantity => number(),
            Ty::Range(inner) => self.reads_as(text, inner),
            Ty::Record(record) => record.primary().is_some_and(|f| self.reads_as(text, &f.ty)),
            _ => false,
        })
    }
}

fn has_entries(ty: &Ty) -> bool {
    matches!(ty.base(), Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_))
}

fn wanted_words(ty: &Ty) -> String {
    match ty {
        Ty::Keyed(_) | Ty::List(_) => format!("a list, `{ty}`"),
        _ => format!("`{ty}`"),
    }
}

fn found_words(ty: &Ty) -> String {
    match ty {
        Ty::Literal(Literal::Str(_)) => "`String`".into(),
        Ty::Record(record) if record.name.is_none() => "a record".into(),
        Ty::Null => "null".into(),
        _ => format!("`{ty}`"),
    }
}
