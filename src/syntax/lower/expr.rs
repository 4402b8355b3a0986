//! Expressions: the row of operands and operators that the grammar gives becomes a tree, by pest's Pratt parser.

use super::{Lower, P, Ps, is_reserved, next};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::parse::Rule;
use pest::pratt_parser::{Assoc, Op, PrattParser};
use std::sync::LazyLock;

/// Loosest first; lambda and `if` are operands, so they are looser than all.
static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::op_or))
        .op(left(Rule::op_and))
        .op(Op::prefix(Rule::not))
        .op(left(Rule::op_cmp))
        .op(left(Rule::op_range) | Op::prefix(Rule::range_to) | Op::postfix(Rule::range_from))
        .op(Op::infix(Rule::op_coal, Assoc::Right))
        .op(left(Rule::op_add))
        .op(left(Rule::op_mul))
        .op(Op::prefix(Rule::neg))
        .op(Op::postfix(Rule::member_of) | Op::postfix(Rule::index) | Op::postfix(Rule::args))
});

/// An expression on the way up; `bare` is false for what stands in parentheses.
struct Part {
    expr: Expr,
    bare: bool,
}

impl Lower<'_> {
    /// A row of operands and operators, or a literal that stands alone.
    pub fn expr(&self, pair: P) -> Expr {
        if pair.as_rule() != Rule::expr {
            return self.operand(pair);
        }
        let mut inner = pair.into_inner();
        if inner.len() == 1 {
            return self.operand(next(&mut inner));
        }
        let mut rest = inner.clone();
        let first = next(&mut rest);
        if matches!(first.as_rule(), Rule::neg | Rule::not | Rule::range_to) {
            return self.pratt(inner);
        }
        let simple = rest.clone().all(|pair| matches!(pair.as_rule(), Rule::member_of | Rule::index | Rule::args));
        if !simple {
            return self.pratt(inner);
        }
        let first = self.operand(first);
        rest.fold(first, |base, op| self.postfix(base, op))
    }

    fn pratt(&self, pairs: Ps) -> Expr {
        let part = PRATT
            .map_primary(|pair| Part { bare: pair.as_rule() != Rule::paren, expr: self.operand(pair) })
            .map_prefix(|op, part: Part| self.prefix(op, part))
            .map_infix(|left, op, right| self.infix(left, op, right))
            .map_postfix(|part, op| match op.as_rule() {
                Rule::range_from => self.range_from(part, op),
                _ => Part { expr: self.postfix(part.expr, op), bare: true },
            })
            .parse(pairs);
        part.expr
    }

    // ---- operators ----

    fn prefix(&self, op: P, part: Part) -> Part {
        let span = self.span(&op).to(part.expr.span);
        let kind = match op.as_rule() {
            Rule::neg => ExprKind::Neg(Box::new(part.expr)),
            Rule::not => ExprKind::Not(Box::new(part.expr)),
            _ => {
                self.no_range_of_range(&part, self.span(&op));
                ExprKind::Range { lo: None, hi: Some(Box::new(part.expr)) }
            }
        };
        Part { expr: Expr { kind, span }, bare: true }
    }

    fn range_from(&self, part: Part, op: P) -> Part {
        self.no_range_of_range(&part, self.span(&op));
        let span = part.expr.span.to(self.span(&op));
        Part { expr: Expr { kind: ExprKind::Range { lo: Some(Box::new(part.expr)), hi: None }, span }, bare: true }
    }

    fn infix(&self, left: Part, op: P, right: Part) -> Part {
        let span = left.expr.span.to(right.expr.span);
        let kind = match bin_op(&op) {
            None => {
                self.no_range_of_range(&left, self.span(&op));
                ExprKind::Range { lo: Some(Box::new(left.expr)), hi: Some(Box::new(right.expr)) }
            }
            Some(bin) => {
                self.no_chain(&left, bin, &op);
                ExprKind::Binary { op: bin, left: Box::new(left.expr), right: Box::new(right.expr) }
            }
        };
        Part { expr: Expr { kind, span }, bare: true }
    }

    fn no_range_of_range(&self, part: &Part, op: Span) {
        if part.bare && matches!(part.expr.kind, ExprKind::Range { .. }) {
            let diagnostic = Diagnostic::new(&codes::CHAINED_OPERATOR, op, "a range has two ends, and this is a third");
            self.error(diagnostic.also(part.expr.span, "this is a range already"));
        }
    }

    fn no_chain(&self, left: &Part, op: BinOp, pair: &P) {
        let ExprKind::Binary { op: first, right, .. } = &left.expr.kind else { return };
        if !left.bare || !is_comparison(*first) || !is_comparison(op) {
            return;
        }
        let middle = self.split.text.get((right.span.start - self.split.base) as usize..(right.span.end - self.split.base) as usize);
        let diagnostic = Diagnostic::new(&codes::CHAINED_OPERATOR, self.span(pair), "comparisons cannot be chained")
            .also(left.expr.span, "this is true or false")
            .help(format!("write `… and {} {} …`", middle.unwrap_or("b"), pair.as_str()));
        self.error(diagnostic);
    }

    fn postfix(&self, base: Expr, op: P) -> Expr {
        let op_span = self.span(&op);
        let span = base.span.to(op_span);
        let kind = match op.as_rule() {
            Rule::member_of => {
                let mut inner = op.into_inner();
                let first = next(&mut inner);
                let optional = first.as_rule() == Rule::opt_dot;
                let field = if optional { next(&mut inner) } else { first };
                ExprKind::Field { base: Box::new(base), field: self.free_ident(field), optional }
            }
            Rule::index => {
                let index = self.expr(next(&mut op.into_inner()));
                ExprKind::Index { base: Box::new(base), index: Box::new(index) }
            }
            _ => {
                let args = self.args(op);
                ExprKind::Call(Box::new(Call { callee: self.callee(&base), args }))
            }
        };
        Expr { kind, span }
    }

    /// Functions are called by name: `f(…)` or `module.f(…)`.
    fn callee(&self, base: &Expr) -> Path {
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

    pub fn args(&self, pair: P) -> Vec<Arg> {
        pair.into_inner().map(|arg| self.arg(arg)).collect()
    }

    fn arg(&self, pair: P) -> Arg {
        let mut inner = pair.into_inner();
        let mut value = next(&mut inner);
        let mut name = None;
        if value.as_rule() == Rule::word {
            name = Some(self.free_ident(value));
            value = next(&mut inner);
        }
        let value = if value.as_rule() == Rule::lambda { self.lambda(value) } else { self.expr(value) };
        Arg { name, value }
    }

    fn lambda(&self, pair: P) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let head = next(&mut inner);
        let params = match head.as_rule() {
            Rule::word => vec![self.ident(head)],
            _ => head.into_inner().map(|word| self.ident(word)).collect(),
        };
        Expr { kind: ExprKind::Lambda { params, body: Box::new(self.expr(next(&mut inner))) }, span }
    }

    // ---- operands ----

    pub fn operand(&self, pair: P) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::plain | Rule::quoted | Rule::text | Rule::raw => ExprKind::Str(self.str_lit(pair)),
            Rule::number => ExprKind::Num(self.number(pair.as_str(), span)),
            Rule::name => self.name(pair.as_str(), span),
            Rule::list => self.list(pair),
            Rule::block => ExprKind::Record(Box::new(self.block(pair))),
            Rule::paren => return Expr { span, ..self.expr(next(&mut pair.into_inner())) },
            Rule::if_expr => {
                let mut inner = pair.into_inner();
                let condition = Box::new(self.expr(next(&mut inner)));
                let then = Box::new(self.expr(next(&mut inner)));
                ExprKind::If { condition, then, otherwise: Box::new(self.expr(next(&mut inner))) }
            }
            rule => unreachable!("{rule:?} is no operand"),
        };
        Expr { kind, span }
    }

    fn name(&self, word: &str, span: Span) -> ExprKind {
        match word {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => {
                if is_reserved(word) {
                    self.error(reserved_value(word, span));
                }
                ExprKind::Name(Name::from(word))
            }
        }
    }

    fn list(&self, pair: P) -> ExprKind {
        let mut inner = pair.into_inner();
        let is_comp = inner.clone().nth(1).is_some_and(|second| second.as_rule() == Rule::for_head);
        if !is_comp {
            if let Some(clause) = inner.clone().find(|pair| matches!(pair.as_rule(), Rule::for_head)) {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, self.span(&clause), "a list comprehension has one element before `for`");
                self.error(diagnostic.help("join lists with spread: [a, ...[b for b in bs]]"));
            }
            let mut out = Vec::with_capacity(inner.len());
            out.extend(inner.filter(|pair| !matches!(pair.as_rule(), Rule::for_head | Rule::comp_if)).map(|item| self.list_item(item)));
            return ExprKind::List(out);
        }
        let element = match self.list_item(next(&mut inner)) {
            ListItem::Item(element) => element,
            ListItem::Spread(element) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, element.span, "a list comprehension cannot spread its element");
                self.error(diagnostic.help("walk the inner lists with a second `for`: [y for x in xs for y in x]"));
                element
            }
        };
        ExprKind::Comp(Box::new(Comp { element, clauses: inner.map(|clause| self.clause(clause)).collect() }))
    }

    fn list_item(&self, pair: P) -> ListItem {
        match pair.as_rule() {
            Rule::spread => ListItem::Spread(self.expr(next(&mut pair.into_inner()))),
            _ => ListItem::Item(self.expr(pair)),
        }
    }

    fn clause(&self, pair: P) -> CompClause {
        if pair.as_rule() == Rule::comp_if {
            return CompClause::If(self.expr(next(&mut pair.into_inner())));
        }
        let (key, var, over) = self.for_head(pair);
        CompClause::For { key, var, over }
    }
}

pub(in crate::syntax) fn reserved_value(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_WORD, span, format!("`{word}` is a reserved word and cannot be a value"))
        .help(format!("text stands in quotes: \"{word}\""))
}

/// The operator of an infix pair; `None` is the range.
fn bin_op(pair: &P) -> Option<BinOp> {
    Some(match pair.as_rule() {
        Rule::op_range => return None,
        Rule::op_or => BinOp::Or,
        Rule::op_and => BinOp::And,
        Rule::op_coal => BinOp::Coalesce,
        _ => match pair.as_str() {
            "==" => BinOp::Eq,
            "!=" => BinOp::Ne,
            "<" => BinOp::Lt,
            "<=" => BinOp::Le,
            ">" => BinOp::Gt,
            ">=" => BinOp::Ge,
            "in" => BinOp::In,
            "+" => BinOp::Add,
            "-" => BinOp::Sub,
            "*" => BinOp::Mul,
            "/" => BinOp::Div,
            op => unreachable!("{op} is no operator of the grammar"),
        },
    })
}

fn is_comparison(op: BinOp) -> bool {
    match op {
        BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge | BinOp::In => true,
        BinOp::Or | BinOp::And | BinOp::Coalesce | BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div => false,
    }
}
