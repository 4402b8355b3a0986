//! A syntax tree as text, one declaration or entry a line, for the golden cases.
//!
//! Expressions are written with every operator's operands in parentheses, so that it shows how they bind.

use kdsl::ast::*;

pub fn file(file: &File) -> String {
    let mut out = Dump::default();
    out.items(&file.items);
    if !file.lost.is_empty() {
        let lost: Vec<&str> = file.lost.iter().map(|name| name.as_str()).collect();
        out.line(format!("lost {}", lost.join(" ")));
    }
    out.text
}

#[derive(Default)]
struct Dump {
    text: String,
    depth: usize,
    /// For a record in an expression: entries on one line.
    inline: bool,
}

impl Dump {
    fn line(&mut self, line: impl AsRef<str>) {
        if self.inline {
            self.text.push_str(line.as_ref());
            self.text.push_str(", ");
            return;
        }
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn inside(&mut self, head: impl AsRef<str>, body: impl FnOnce(&mut Dump)) {
        if self.inline {
            let mut inner = Dump { inline: true, ..Dump::default() };
            body(&mut inner);
            return self.line(format!("{} {{{}}}", head.as_ref().trim_end_matches(" {"), inner.text.trim_end_matches(", ")));
        }
        self.line(head);
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    fn doc(&mut self, doc: &Doc) {
        if let Some(doc) = doc {
            self.line(format!("doc {doc:?}"));
        }
    }

    fn items(&mut self, items: &[Item]) {
        items.iter().for_each(|item| self.item(item));
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Entry(entry) => self.entry(entry),
            Item::Let(inner) => self.let_(inner),
            Item::Param(Param { name, ty: of, default, doc, .. }) => {
                self.doc(doc);
                self.line(format!("param {}: {}{}", name.name, ty(of), or_default(default)));
            }
            Item::Type(TypeDecl { name, ty: of, doc, .. }) => {
                self.doc(doc);
                self.line(format!("type {} = {}", name.name, ty(of)));
            }
            Item::Fn(inner) => self.fn_(inner),
            Item::Kind(KindDecl { name, from, members, doc, .. }) => {
                self.doc(doc);
                let from = from.map(|from| format!(" from {}", path(&from))).unwrap_or_default();
                self.inside(format!("kind {}{from}", name.name), |dump| dump.members(members));
            }
            Item::Crd(CrdDecl { group_version, body: KindDecl { name, members, doc, .. } }) => {
                self.doc(doc);
                self.inside(format!("crd {} in {}", name.name, text(group_version)), |dump| dump.members(members));
            }
            Item::Refine(RefineDecl { ty, fields, doc, .. }) => {
                self.doc(doc);
                self.inside(format!("refine {}", path(ty)), |dump| fields.iter().for_each(|field| dump.field_decl(field)));
            }
            Item::Rule(inner) => self.rule(inner),
            Item::Test(TestDecl { name, with, body, doc, .. }) => {
                self.doc(doc);
                let with = with.as_ref().map(|with| format!(" with {}", record(with))).unwrap_or_default();
                self.inside(format!("test {}{with}", text(name)), |dump| dump.items(body));
            }
            Item::Import(Import { path, alias, .. }) => {
                self.line(format!("import {}{}", text(path), alias.map(|alias| format!(" as {}", alias.name)).unwrap_or_default()));
            }
            Item::Base(Base { path, params, .. }) => {
                self.line(format!(
                    "base {}{}",
                    text(path),
                    params.as_ref().map(|params| format!(" {}", record(params))).unwrap_or_default()
                ));
            }
            Item::Extend(inner) => self.extend(inner),
            Item::Remove(Remove { head, label, .. }) => self.line(format!("remove {} {}", path(head), key(label))),
            Item::Namespace(Namespace { label, items, doc, .. }) => {
                self.doc(doc);
                self.inside(format!("namespace {}", key(label)), |dump| dump.items(items));
            }
            Item::Instance(Instance { head, label, body, doc, .. }) => {
                self.doc(doc);
                self.block(format!("{} {}", path(head), key(label)), body);
            }
            Item::If(inner) => self.if_(inner, Dump::item),
            Item::For(inner) => self.for_(inner, Dump::item),
            Item::Waive(inner) => self.waive(inner),
            Item::Assert(Assert { condition, .. }) => self.line(format!("assert {}", expr(condition))),
            Item::Expect(Expect { level, code, body, .. }) => {
                self.inside(format!("expect {} {}", level_word(*level), code.name), |dump| dump.items(body));
            }
        }
    }

    fn let_(&mut self, Let { name, value, doc, .. }: &Let) {
        self.doc(doc);
        self.line(format!("let {} = {}", name.name, expr(value)));
    }

    fn fn_(&mut self, FnDecl { name, params, ret, body, doc, .. }: &FnDecl) {
        self.doc(doc);
        let params: Vec<String> =
            params.iter().map(|param| format!("{}: {}{}", param.name.name, ty(&param.ty), or_default(&param.default))).collect();
        let ret = ret.as_ref().map(|ret| format!(" -> {}", ty(ret))).unwrap_or_default();
        self.line(format!("fn {}({}){ret} = {}", name.name, params.join(", "), expr(body)));
    }

    fn extend(&mut self, Extend { head, target, body, .. }: &Extend) {
        let target = match target {
            Target::Label(label) => key(label),
            Target::All(_) => "*".into(),
        };
        let head = format!("extend {} {target}", path(head));
        match body {
            ExtendBody::Block(block) => self.block(head, block),
            ExtendBody::Items(items) => self.inside(head + " items", |dump| dump.items(items)),
        }
    }

    fn rule(&mut self, RuleDecl { name, on, bind, body, doc, .. }: &RuleDecl) {
        self.doc(doc);
        let bind = match bind {
            RuleBind::Value(name) => format!("{} {}", path(on), name.name),
            RuleBind::Update { old, new } => format!("update {} ({}, {})", path(on), old.name, new.name),
        };
        self.inside(format!("rule {} on {bind}", name.name), |dump| body.iter().for_each(|stmt| dump.stmt(stmt)));
    }

    fn stmt(&mut self, stmt: &RuleStmt) {
        match stmt {
            RuleStmt::Let(inner) => self.let_(inner),
            RuleStmt::If(inner) => self.if_(inner, Dump::stmt),
            RuleStmt::For(inner) => self.for_(inner, Dump::stmt),
            RuleStmt::Report(inner) => self.line(report(inner)),
            RuleStmt::Require(RuleRequire { condition, report: inner, .. }) => {
                self.line(format!("require {} else {}", expr(condition), report(inner)));
            }
            RuleStmt::Help(Help { kind: Some(kind), text, .. }) => self.line(format!("help for {} {}", path(kind), expr(text))),
            RuleStmt::Help(Help { kind: None, text, .. }) => self.line(format!("help {}", expr(text))),
            RuleStmt::Unwaivable(_) => self.line("unwaivable"),
        }
    }

    fn members(&mut self, members: &[Member]) {
        members.iter().for_each(|member| self.member(member));
    }

    fn member(&mut self, member: &Member) {
        match member {
            Member::Field(field) => self.field_decl(field),
            Member::Nested(NestedDecl { name, members, doc, .. }) => {
                self.doc(doc);
                self.inside(format!("nested {}", name.name), |dump| dump.members(members));
            }
            Member::Set(inner) => self.field(inner),
            Member::Let(inner) => self.let_(inner),
            Member::Require(Require { condition, level, message, at, .. }) => {
                let at = at.as_ref().map(|at| format!(" at {}", expr(at))).unwrap_or_default();
                self.line(format!("require {} else {} {}{at}", expr(condition), level_word(*level), expr(message)));
            }
            Member::If(inner) => self.if_(inner, Dump::member),
            Member::Export(block) => self.block("export".into(), block),
            Member::Emit(items) => self.inside("emit", |dump| dump.items(items)),
            Member::Column(Column { name, value, .. }) => self.line(format!("column {} = {}", key(name), expr(value))),
        }
    }

    fn field_decl(&mut self, field: &FieldDecl) {
        self.doc(&field.doc);
        self.line(field_decl(field));
    }

    fn block(&mut self, head: String, block: &Block) {
        let broken = if block.broken { " (broken)" } else { "" };
        self.inside(head + " {" + broken, |dump| block.entries.iter().for_each(|entry| dump.entry(entry)));
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Field(inner) => self.field(inner),
            Entry::Spread(inner) => self.line(format!("...{}", expr(inner))),
            Entry::If(inner) => self.if_(inner, Dump::entry),
            Entry::For(inner) => self.for_(inner, Dump::entry),
            Entry::Let(inner) => self.let_(inner),
            Entry::Waive(inner) => self.waive(inner),
        }
    }

    fn waive(&mut self, Waive { rule, reason, .. }: &Waive) {
        self.line(format!("waive {} = {}", rule.name, expr(reason)));
    }

    fn field(&mut self, field: &Field) {
        self.doc(&field.doc);
        let head = field_head(field);
        match &field.value {
            FieldValue::Set(value) => self.line(format!("{head} = {}", expr(value))),
            FieldValue::Append(value) => self.line(format!("{head} += {}", expr(value))),
            FieldValue::Block(block) => self.block(head, block),
        }
    }

    fn if_<T>(&mut self, If { condition, then, otherwise, .. }: &If<T>, each: fn(&mut Dump, &T)) {
        self.inside(format!("if {}", expr(condition)), |dump| then.iter().for_each(|element| each(dump, element)));
        if !otherwise.is_empty() {
            self.inside("else", |dump| otherwise.iter().for_each(|element| each(dump, element)));
        }
    }

    fn for_<T>(&mut self, For { key, var, over, body, .. }: &For<T>, each: fn(&mut Dump, &T)) {
        let head = format!("for {} in {}", names(key, var), expr(over));
        self.inside(head, |dump| body.iter().for_each(|element| each(dump, element)));
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Deny => "deny",
        Level::Warn => "warn",
    }
}

fn report(Report { level, message, at, help, .. }: &Report) -> String {
    let clause = |word: &str, value: &Option<Expr>| value.as_ref().map(|value| format!(" {word} {}", expr(value))).unwrap_or_default();
    format!("{} {}{}{}", level_word(*level), expr(message), clause("at", at), clause("help", help))
}

fn names(key: &Option<Ident>, var: &Ident) -> String {
    key.map(|key| format!("{}, ", key.name)).unwrap_or_default() + var.name.as_str()
}

fn path(path: &Path) -> String {
    path.module.map(|module| format!("{}.", module.name)).unwrap_or_default() + path.name.name.as_str()
}

fn key(key: &Key) -> String {
    match key {
        Key::Name(ident) => ident.name.to_string(),
        Key::Str(lit) => text(lit),
    }
}

fn field_head(field: &Field) -> String {
    match &field.label {
        Some(label) => format!("{} {}", key(&field.key), key(label)),
        None => key(&field.key),
    }
}

fn or_default(default: &Option<Expr>) -> String {
    default.as_ref().map(|value| format!(" = {}", expr(value))).unwrap_or_default()
}

fn field_decl(field: &FieldDecl) -> String {
    let primary = if field.primary { "primary " } else { "" };
    format!("{primary}{}: {}{}", field.name.name, ty(&field.ty), or_default(&field.default))
}

fn ty(of: &TypeExpr) -> String {
    let all = |types: &[TypeExpr], between: &str| types.iter().map(ty).collect::<Vec<_>>().join(between);
    match &of.kind {
        TypeExprKind::Name(name) => path(name),
        TypeExprKind::Generic { name, args } => format!("{}<{}>", name.name, all(args, ", ")),
        TypeExprKind::Refined { name, args: inner } => format!("{}({})", path(name), args(inner)),
        TypeExprKind::List(element) => format!("[{}]", ty(element)),
        TypeExprKind::Record(fields) => format!("{{{}}}", fields.iter().map(field_decl).collect::<Vec<_>>().join(", ")),
        TypeExprKind::Literal(value) => expr(value),
        TypeExprKind::Union(members) => format!("({})", all(members, " | ")),
        TypeExprKind::Optional(inner) => format!("{}?", ty(inner)),
    }
}

fn args(args: &[Arg]) -> String {
    let arg = |arg: &Arg| arg.name.map(|name| format!("{} = ", name.name)).unwrap_or_default() + &expr(&arg.value);
    args.iter().map(arg).collect::<Vec<_>>().join(", ")
}

fn text(lit: &StrLit) -> String {
    let part = |part: &StrPart| match part {
        StrPart::Text(text) => text.escape_debug().to_string(),
        StrPart::Expr(inner) => format!("${{{}}}", expr(inner)),
    };
    format!("\"{}\"", lit.parts.iter().map(part).collect::<String>())
}

fn record(block: &Block) -> String {
    let mut inner = Dump { inline: true, ..Dump::default() };
    block.entries.iter().for_each(|entry| inner.entry(entry));
    let broken = if block.broken { "(broken) " } else { "" };
    format!("{{{broken}{}}}", inner.text.trim_end_matches(", "))
}

fn expr(of: &Expr) -> String {
    match &of.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Num(NumLit { value, suffix, .. }) => format!("{value}{}", suffix.map(|suffix| suffix.to_string()).unwrap_or_default()),
        ExprKind::Str(lit) => text(lit),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::List(items) => format!("[{}]", items.iter().map(list_item).collect::<Vec<_>>().join(", ")),
        ExprKind::Comp(comp) => {
            let clauses: String = comp.clauses.iter().map(clause).collect();
            format!("[{}{clauses}]", expr(&comp.element))
        }
        ExprKind::Record(block) => record(block),
        ExprKind::Field { base, field, optional } => format!("{}{}{}", expr(base), if *optional { "?." } else { "." }, field.name),
        ExprKind::Index { base, index } => format!("{}[{}]", expr(base), expr(index)),
        ExprKind::Call(call) => format!("{}({})", path(&call.callee), args(&call.args)),
        ExprKind::Not(inner) => format!("(not {})", expr(inner)),
        ExprKind::Neg(inner) => format!("(-{})", expr(inner)),
        ExprKind::Binary { op, left, right } => format!("({} {} {})", expr(left), operator(*op), expr(right)),
        ExprKind::Range { lo, hi } => {
            let end = |end: &Option<Box<Expr>>| end.as_ref().map(|end| expr(end)).unwrap_or_default();
            format!("({}..{})", end(lo), end(hi))
        }
        ExprKind::If { condition, then, otherwise } => format!("(if {} then {} else {})", expr(condition), expr(then), expr(otherwise)),
        ExprKind::Lambda { params, body } => {
            let params: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
            format!("(({}) => {})", params.join(", "), expr(body))
        }
    }
}

fn list_item(item: &ListItem) -> String {
    match item {
        ListItem::Item(item) => expr(item),
        ListItem::Spread(list) => format!("...{}", expr(list)),
    }
}

fn clause(clause: &CompClause) -> String {
    match clause {
        CompClause::For { key, var, over } => format!(" for {} in {}", names(key, var), expr(over)),
        CompClause::If(condition) => format!(" if {}", expr(condition)),
    }
}

fn operator(op: BinOp) -> &'static str {
    match op {
        BinOp::Or => "or",
        BinOp::And => "and",
        BinOp::Eq => "==",
        BinOp::Ne => "!=",
        BinOp::Lt => "<",
        BinOp::Le => "<=",
        BinOp::Gt => ">",
        BinOp::Ge => ">=",
        BinOp::In => "in",
        BinOp::Coalesce => "??",
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
    }
}
