//! Expressions, by precedence climbing: an operand, then operators as long as they bind tighter than what stands to the left.

use super::{Parser, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::token::Kind;

/// How tight operators bind, loosest first; lambda and `if` are operands, so they are looser than all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    None,
    Or,
    And,
    /// Below `not`, which takes comparisons.
    BelowNot,
    Compare,
    BelowRange,
    Range,
    BelowCoalesce,
    Coalesce,
    Add,
    Multiply,
    Negate,
}

/// An expression on the way up; `bare` is false for what stands in parentheses.
struct Part {
    expr: Expr,
    bare: bool,
}

impl Part {
    /// Whether `[…]` or `(…)` may follow: not behind a literal, and an operator has left none to its operands.
    fn holds_more(&self) -> bool {
        use ExprKind::*;
        !self.bare
            || matches!(self.expr.kind, Name(_) | Null | Bool(_) | List(_) | Comp(_) | Record(_) | Field { .. } | Index { .. } | Call(_))
    }
}

impl Parser<'_> {
    pub fn expr(&mut self) -> Step<Expr> {
        Ok(self.row(Power::None)?.expr)
    }

    /// An operand with its operators, as far as they bind tighter than `above`.
    fn row(&mut self, above: Power) -> Step<Part> {
        let mut left = self.prefixed()?;
        loop {
            left = match self.cur {
                Kind::Dot | Kind::OptDot => self.field_of(left)?,
                Kind::LBracket if self.adjoins() && left.holds_more() => self.index_of(left)?,
                Kind::LParen if self.adjoins() && left.holds_more() => self.call(left)?,
                Kind::DotDot if above < Power::Range => self.range(left)?,
                kind => match infix(kind) {
                    Some((op, power)) if above < power => self.binary(left, op, power)?,
                    _ => return Ok(left),
                },
            };
        }
    }

    // ---- operators ----

    fn prefixed(&mut self) -> Step<Part> {
        let start = self.here();
        let (wrap, above): (fn(Box<Expr>) -> ExprKind, Power) = match self.cur {
            Kind::Minus => (ExprKind::Neg, Power::Negate),
            Kind::Not => (ExprKind::Not, Power::BelowNot),
            Kind::DotDot if self.ahead(1) != Kind::LBrace => return self.range_to(),
            _ => {
                let bare = self.cur != Kind::LParen;
                return Ok(Part { expr: self.operand()?, bare });
            }
        };
        self.advance();
        let inner = self.row(above)?.expr;
        Ok(Part { expr: Expr { kind: wrap(Box::new(inner)), span: self.since(start) }, bare: true })
    }

    /// `..b`
    fn range_to(&mut self) -> Step<Part> {
        let start = self.here();
        self.advance();
        let op = self.since(start);
        let part = self.row(Power::BelowRange)?;
        self.no_range_of_range(&part, op);
        let span = op.to(part.expr.span);
        Ok(Part { expr: Expr { kind: ExprKind::Range { lo: None, hi: Some(Box::new(part.expr)) }, span }, bare: true })
    }

    /// `a..b` or `a..`
    fn range(&mut self, left: Part) -> Step<Part> {
        let start = self.here();
        self.advance();
        let op = self.since(start);
        let hi = if self.starts_bound() { Some(Box::new(self.row(Power::Range)?.expr)) } else { None };
        self.no_range_of_range(&left, op);
        let span = left.expr.span.to(hi.as_ref().map_or(op, |hi| hi.span));
        Ok(Part { expr: Expr { kind: ExprKind::Range { lo: Some(Box::new(left.expr)), hi }, span }, bare: true })
    }

    /// Whether the upper end of a range stands here; a brace opens a block behind the range.
    fn starts_bound(&self) -> bool {
        use Kind::*;
        let stops = matches!(self.cur, Then | Else | For | If | And | Or | In);
        let starts = self.cur.is_word() || self.cur.starts_string() || matches!(self.cur, Number | LParen | LBracket | Minus | DotDot);
        starts && !stops
    }

    fn binary(&mut self, left: Part, op: BinOp, power: Power) -> Step<Part> {
        let (start, text) = (self.here(), self.slice());
        self.advance();
        let sign = self.since(start);
        // `??` takes what follows first, all others what stands before.
        let right = self.row(if op == BinOp::Coalesce { Power::BelowCoalesce } else { power })?.expr;
        self.no_chain(&left, op, sign, text);
        let span = left.expr.span.to(right.span);
        let kind = ExprKind::Binary { op, left: Box::new(left.expr), right: Box::new(right) };
        Ok(Part { expr: Expr { kind, span }, bare: true })
    }

    fn no_range_of_range(&mut self, part: &Part, op: Span) {
        if part.bare && matches!(part.expr.kind, ExprKind::Range { .. }) {
            let diagnostic = Diagnostic::new(&codes::CHAINED_OPERATOR, op, "a range has two ends, and this is a third");
            self.error(diagnostic.also(part.expr.span, "this is a range already"));
        }
    }

    fn no_chain(&mut self, left: &Part, op: BinOp, sign: Span, text: &str) {
        let ExprKind::Binary { op: first, right, .. } = &left.expr.kind else { return };
        if !left.bare || !is_comparison(*first) || !is_comparison(op) {
            return;
        }
        let base = self.split.base;
        let middle = self.split.text.get((right.span.start - base) as usize..(right.span.end - base) as usize);
        let diagnostic = Diagnostic::new(&codes::CHAINED_OPERATOR, sign, "comparisons cannot be chained")
            .also(left.expr.span, "this is true or false")
            .help(format!("write `… and {} {text} …`", middle.unwrap_or("b")));
        self.error(diagnostic);
    }

    /// `a.b`, `a?.b`
    fn field_of(&mut self, base: Part) -> Step<Part> {
        let optional = self.cur == Kind::OptDot;
        self.advance();
        if !self.adjoins() {
            return self.stuck();
        }
        let field = self.free_ident()?;
        let span = base.expr.span.to(field.span);
        Ok(Part { expr: Expr { kind: ExprKind::Field { base: Box::new(base.expr), field, optional }, span }, bare: true })
    }

    fn index_of(&mut self, base: Part) -> Step<Part> {
        self.advance();
        let index = Box::new(self.expr()?);
        self.expect(Kind::RBracket)?;
        let span = Span::new(base.expr.span.start, self.split.base + self.end);
        Ok(Part { expr: Expr { kind: ExprKind::Index { base: Box::new(base.expr), index }, span }, bare: true })
    }

    fn call(&mut self, base: Part) -> Step<Part> {
        self.advance();
        let callee = self.callee(&base.expr);
        let args = self.args()?;
        let span = Span::new(base.expr.span.start, self.split.base + self.end);
        Ok(Part { expr: Expr { kind: ExprKind::Call(Box::new(Call { callee, args })), span }, bare: true })
    }

    /// Functions are called by name: `f(…)` or `module.f(…)`.
    fn callee(&mut self, base: &Expr) -> Path {
        match &base.kind {
            ExprKind::Name(name) => return Path { module: None, name: Ident { name: *name, span: base.span } },
            ExprKind::Field { base, field, optional: false } => {
                if let ExprKind::Name(module) = base.kind {
                    return Path { module: Some(Ident { name: module, span: base.span }), name: *field };
                }
            }
            _ => {}
        }
        let diagnostic = Diagnostic::new(&codes::SYNTAX, base.span, "only a function's name can be called");
        self.error(diagnostic.help("a function is called as `name(…)` or `module.name(…)`; values hold no functions"));
        Path { module: None, name: Ident { name: Name::from(""), span: base.span } }
    }

    /// Arguments, from behind their opening parenthesis.
    pub fn args(&mut self) -> Step<Vec<Arg>> {
        self.listed(Kind::RParen, Self::arg)
    }

    fn arg(&mut self) -> Step<Arg> {
        let mut name = None;
        if self.cur.is_word() && self.ahead(1) == Kind::Eq {
            name = Some(self.free_ident()?);
            self.advance();
        }
        let value = if self.starts_lambda() { self.lambda()? } else { self.expr()? };
        Ok(Arg { name, value })
    }

    /// Whether `x =>` or `(x, y) =>` stands here.
    fn starts_lambda(&self) -> bool {
        if self.cur != Kind::LParen {
            return self.cur.is_word() && self.ahead(1) == Kind::FatArrow;
        }
        let mut at = 1;
        while self.ahead(at).is_word() && self.ahead(at + 1) == Kind::Comma {
            at += 2;
        }
        self.ahead(at).is_word() && self.ahead(at + 1) == Kind::RParen && self.ahead(at + 2) == Kind::FatArrow
    }

    fn lambda(&mut self) -> Step<Expr> {
        let start = self.here();
        let params = if self.accept(Kind::LParen) { self.listed(Kind::RParen, Self::ident)? } else { vec![self.ident()?] };
        self.expect(Kind::FatArrow)?;
        let body = Box::new(self.expr()?);
        Ok(Expr { kind: ExprKind::Lambda { params, body }, span: self.since(start) })
    }

    // ---- operands ----

    pub fn operand(&mut self) -> Step<Expr> {
        let start = self.here();
        let kind = match self.cur {
            Kind::Number => self.number(),
            Kind::LBracket => self.list()?,
            Kind::LBrace => ExprKind::Record(Box::new(self.block()?)),
            Kind::LParen => {
                self.advance();
                let inner = self.expr()?;
                self.expect(Kind::RParen)?;
                return Ok(Expr { span: self.since(start), ..inner });
            }
            Kind::If => self.choice()?,
            kind if kind.is_word() => self.name(),
            _ => ExprKind::Str(self.string_or_raw()?),
        };
        Ok(Expr { kind, span: self.since(start) })
    }

    /// `if c then a else b`
    fn choice(&mut self) -> Step<ExprKind> {
        self.advance();
        let condition = Box::new(self.expr()?);
        self.expect(Kind::Then)?;
        let then = Box::new(self.expr()?);
        self.expect(Kind::Else)?;
        Ok(ExprKind::If { condition, then, otherwise: Box::new(self.expr()?) })
    }

    fn name(&mut self) -> ExprKind {
        let (kind, start, word) = (self.cur, self.here(), self.slice());
        self.advance();
        match kind {
            Kind::True => return ExprKind::Bool(true),
            Kind::False => return ExprKind::Bool(false),
            Kind::Null => return ExprKind::Null,
            _ => {}
        }
        if kind.is_reserved() {
            let span = self.since(start);
            self.error(reserved_value(word, span));
        }
        ExprKind::Name(super::words::name(word))
    }

    /// `[a, ...b]`, `[e for x in xs if c]`
    fn list(&mut self) -> Step<ExprKind> {
        self.advance();
        let mut items = Vec::new();
        while self.cur != Kind::RBracket {
            items.push(self.list_item()?);
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        if self.cur != Kind::For {
            self.expect(Kind::RBracket)?;
            return Ok(ExprKind::List(items));
        }
        let start = self.here();
        let mut clauses = vec![self.clause()?];
        let first = self.since(start);
        while matches!(self.cur, Kind::For | Kind::If) {
            clauses.push(self.clause()?);
        }
        self.expect(Kind::RBracket)?;
        Ok(self.comprehension(items, clauses, first))
    }

    /// The list that elements and clauses make; `first` is where the first clause stands.
    fn comprehension(&mut self, mut items: Vec<ListItem>, clauses: Vec<CompClause>, first: Span) -> ExprKind {
        if items.len() != 1 {
            let diagnostic = Diagnostic::new(&codes::SYNTAX, first, "a list comprehension has one element before `for`");
            self.error(diagnostic.help("join lists with spread: [a, ...[b for b in bs]]"));
            return ExprKind::List(items);
        }
        let element = match items.remove(0) {
            ListItem::Item(element) => element,
            ListItem::Spread(element) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, element.span, "a list comprehension cannot spread its element");
                self.error(diagnostic.help("walk the inner lists with a second `for`: [y for x in xs for y in x]"));
                element
            }
        };
        ExprKind::Comp(Box::new(Comp { element, clauses }))
    }

    /// `for x in xs` or `if c` of a comprehension.
    fn clause(&mut self) -> Step<CompClause> {
        if self.accept(Kind::If) {
            return self.expr().map(CompClause::If);
        }
        let (key, var, over) = self.for_head()?;
        Ok(CompClause::For { key, var, over })
    }

    fn list_item(&mut self) -> Step<ListItem> {
        if self.cur == Kind::Ellipsis { self.spread().map(ListItem::Spread) } else { self.expr().map(ListItem::Item) }
    }
}

pub(in crate::syntax) fn reserved_value(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_WORD, span, format!("`{word}` is a reserved word and cannot be a value"))
        .help(format!("text stands in quotes: \"{word}\""))
}

fn infix(kind: Kind) -> Option<(BinOp, Power)> {
    Some(match kind {
        Kind::Or => (BinOp::Or, Power::Or),
        Kind::And => (BinOp::And, Power::And),
        Kind::EqEq => (BinOp::Eq, Power::Compare),
        Kind::NotEq => (BinOp::Ne, Power::Compare),
        Kind::Less => (BinOp::Lt, Power::Compare),
        Kind::LessEq => (BinOp::Le, Power::Compare),
        Kind::Greater => (BinOp::Gt, Power::Compare),
        Kind::GreaterEq => (BinOp::Ge, Power::Compare),
        Kind::In => (BinOp::In, Power::Compare),
        Kind::Coalesce => (BinOp::Coalesce, Power::Coalesce),
        Kind::Plus => (BinOp::Add, Power::Add),
        Kind::Minus => (BinOp::Sub, Power::Add),
        Kind::Star => (BinOp::Mul, Power::Multiply),
        Kind::Slash => (BinOp::Div, Power::Multiply),
        _ => return None,
    })
}

fn is_comparison(op: BinOp) -> bool {
    match op {
        BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge | BinOp::In => true,
        BinOp::Or | BinOp::And | BinOp::Coalesce | BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div => false,
    }
}
