//! Types as written.

use super::{Parser, Start, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// `T`, `T | U`
    pub fn type_expr(&mut self) -> Step<TypeExpr> {
        let start = self.here();
        self.accept(Kind::Pipe);
        let first = self.type_one()?;
        if self.cur != Kind::Pipe {
            return Ok(first);
        }
        let mut union = vec![first];
        while self.accept(Kind::Pipe) {
            union.push(self.type_one()?);
        }
        Ok(TypeExpr { kind: TypeExprKind::Union(union), span: self.since(start) })
    }

    /// The block of `type Backup { … }`.
    pub fn record_type(&mut self) -> Step<TypeExpr> {
        let start = self.here();
        let fields = self.typed_fields()?;
        Ok(TypeExpr { kind: TypeExprKind::Record(fields), span: self.since(start) })
    }

    fn type_one(&mut self) -> Step<TypeExpr> {
        let start = self.here();
        let atom = self.type_atom()?;
        if self.cur != Kind::Question || !self.adjoins() {
            return Ok(atom);
        }
        self.advance();
        Ok(TypeExpr { kind: TypeExprKind::Optional(Box::new(atom)), span: self.since(start) })
    }

    fn type_atom(&mut self) -> Step<TypeExpr> {
        let start = self.here();
        let kind = match self.cur {
            Kind::Minus | Kind::Number => TypeExprKind::Literal(Box::new(self.number_type()?)),
            Kind::String | Kind::StringOpen | Kind::Text | Kind::TextOpen => TypeExprKind::Literal(Box::new(self.operand()?)),
            Kind::LBrace => return self.record_type(),
            Kind::LBracket => {
                self.advance();
                let inner = self.type_expr()?;
                self.expect(Kind::RBracket)?;
                TypeExprKind::List(Box::new(inner))
            }
            Kind::LParen => {
                self.advance();
                let inner = self.type_expr()?;
                self.expect(Kind::RParen)?;
                return Ok(TypeExpr { span: self.since(start), ..inner });
            }
            _ => self.named_type()?,
        };
        Ok(TypeExpr { kind, span: self.since(start) })
    }

    fn number_type(&mut self) -> Step<Expr> {
        let start = self.here();
        if !self.accept(Kind::Minus) {
            return self.operand();
        }
        if self.cur != Kind::Number || !self.adjoins() {
            return self.stuck();
        }
        let number = Box::new(self.operand()?);
        Ok(Expr { kind: ExprKind::Neg(number), span: self.since(start) })
    }

    fn named_type(&mut self) -> Step<TypeExprKind> {
        let follows = self.toks.get(self.pos).zip(self.toks.get(self.pos + 1)).is_some_and(|(word, next)| word.end == next.start);
        let is_plain = !follows || !matches!(self.ahead(1), Kind::Dot | Kind::LParen | Kind::Less);
        let literal = match self.cur {
            Kind::True if is_plain => Some(ExprKind::Bool(true)),
            Kind::False if is_plain => Some(ExprKind::Bool(false)),
            Kind::Null if is_plain => Some(ExprKind::Null),
            _ => None,
        };
        if let Some(kind) = literal {
            let start = self.here();
            self.advance();
            return Ok(TypeExprKind::Literal(Box::new(Expr { kind, span: self.since(start) })));
        }
        let name = self.path()?;
        match self.cur {
            Kind::LParen if self.adjoins() => {
                self.advance();
                Ok(TypeExprKind::Refined { name, args: self.args()? })
            }
            Kind::Less if self.adjoins() => self.generic(name),
            _ => Ok(TypeExprKind::Name(name)),
        }
    }

    /// `<A, B>` behind a name.
    fn generic(&mut self, name: Path) -> Step<TypeExprKind> {
        self.advance();
        let mut args = vec![self.type_expr()?];
        while self.accept(Kind::Comma) && self.cur != Kind::Greater && self.cur != Kind::GreaterEq {
            args.push(self.type_expr()?);
        }
        self.close_angle()?;
        if let Some(module) = name.module {
            let span = Span::new(module.span.start, self.split.base + self.end);
            self.error(Diagnostic::new(&codes::SYNTAX, span, "a type of an import takes no arguments"));
        }
        Ok(TypeExprKind::Generic { name: name.name, args })
    }

    /// `>`, which may be the first half of `>=`.
    fn close_angle(&mut self) -> Step<()> {
        if self.cur != Kind::GreaterEq {
            return self.expect(Kind::Greater);
        }
        self.end = self.here() + 1;
        self.cur = Kind::Eq;
        Ok(())
    }

    /// The fields of `{ a: Int, b: String = "x" }`.
    pub fn typed_fields(&mut self) -> Step<Vec<FieldDecl>> {
        self.braced(Self::typed)
    }

    pub fn typed(&mut self) -> Step<FieldDecl> {
        let Start { at, doc } = self.start();
        let primary = self.is("primary") && self.ahead(1).is_word();
        if primary {
            self.advance();
        }
        let name = self.ident()?;
        self.expect(Kind::Colon)?;
        let ty = self.type_expr()?;
        let default = self.default()?;
        Ok(FieldDecl { name, ty, default, primary, doc, span: self.since(at) })
    }
}
