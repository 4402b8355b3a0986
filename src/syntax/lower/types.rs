//! Types as written.

use super::{Lower, P, next};
use crate::ast::*;
use crate::source::Span;
use crate::syntax::parse::Rule;

impl Lower<'_> {
    /// A type, or the block of `type Backup { … }`.
    pub fn type_expr(&self, pair: P) -> TypeExpr {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::typed_block {
            return TypeExpr { kind: TypeExprKind::Record(self.typed_fields(pair)), span };
        }
        let mut inner = pair.into_inner();
        if inner.len() == 1 {
            return self.type_one(next(&mut inner));
        }
        TypeExpr { kind: TypeExprKind::Union(inner.map(|one| self.type_one(one)).collect()), span }
    }

    fn type_one(&self, pair: P) -> TypeExpr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let atom = self.type_atom(next(&mut inner));
        match inner.next() {
            Some(_) => TypeExpr { kind: TypeExprKind::Optional(Box::new(atom)), span },
            None => atom,
        }
    }

    fn type_atom(&self, pair: P) -> TypeExpr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::type_lit => TypeExprKind::Literal(Box::new(self.type_lit(pair, span))),
            Rule::list_type => TypeExprKind::List(Box::new(self.type_expr(next(&mut pair.into_inner())))),
            Rule::typed_block => TypeExprKind::Record(self.typed_fields(pair)),
            Rule::paren_type => return TypeExpr { span, ..self.type_expr(next(&mut pair.into_inner())) },
            Rule::named_type => self.named_type(pair, span),
            rule => unreachable!("{rule:?} is no type"),
        };
        TypeExpr { kind, span }
    }

    fn type_lit(&self, pair: P, span: Span) -> Expr {
        let mut inner = pair.into_inner();
        let first = next(&mut inner);
        if first.as_rule() != Rule::neg {
            return self.operand(first);
        }
        Expr { kind: ExprKind::Neg(Box::new(self.operand(next(&mut inner)))), span }
    }

    fn named_type(&self, pair: P, span: Span) -> TypeExprKind {
        let word = pair.as_str();
        let literal = match word {
            "true" => Some(ExprKind::Bool(true)),
            "false" => Some(ExprKind::Bool(false)),
            "null" => Some(ExprKind::Null),
            _ => None,
        };
        if let Some(kind) = literal {
            return TypeExprKind::Literal(Box::new(Expr { kind, span }));
        }
        let mut inner = pair.into_inner();
        let name = self.path(next(&mut inner));
        let Some(args) = inner.next() else { return TypeExprKind::Name(name) };
        if args.as_rule() == Rule::args {
            return TypeExprKind::Refined { name, args: self.args(args) };
        }
        if let Some(module) = name.module {
            let message = "a type of an import takes no arguments";
            self.error(crate::diag::Diagnostic::new(&crate::diag::codes::SYNTAX, module.span.to(span), message));
        }
        TypeExprKind::Generic { name: name.name, args: args.into_inner().map(|arg| self.type_expr(arg)).collect() }
    }

    /// The fields of `{ a: Int, b: String = "x" }`.
    pub fn typed_fields(&self, pair: P) -> Vec<FieldDecl> {
        pair.into_inner().map(|field| self.typed(field)).collect()
    }

    pub fn typed(&self, pair: P) -> FieldDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let mut name = next(&mut inner);
        let primary = name.as_rule() == Rule::primary_word;
        if primary {
            name = next(&mut inner);
        }
        let name = self.ident(name);
        let ty = self.type_expr(next(&mut inner));
        FieldDecl { name, ty, default: inner.next().map(|value| self.expr(value)), primary, doc, span }
    }
}
