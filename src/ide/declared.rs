//! The declarations of a project, where they stand.

use crate::ast::{self, ExtendBody, Item, Key, Member, Name};
use crate::resolve::{KindRef, Program, STD};
use crate::source::Span;
use crate::types::ModuleId;

/// `app web { … }` or `namespace shop { … }`.
pub struct Declared<'a> {
    pub kind: Name,
    /// The kinds that its kind is made from.
    pub parents: Vec<Name>,
    pub label: &'a Key,
    /// The namespace that it stands in, where its name is plain.
    pub namespace: Option<Name>,
    pub doc: Option<&'a str>,
    /// `app web`
    pub head: Span,
    pub span: Span,
}

impl Declared<'_> {
    /// Whether `kind.name` names it.
    pub fn is(&self, kind: Name, name: Name) -> bool {
        self.is_a(kind) && self.label.as_static() == Some(name)
    }

    pub fn is_a(&self, kind: Name) -> bool {
        self.kind == kind || self.parents.contains(&kind)
    }
}

/// All declarations of a program's own files, in the order of modules and texts.
pub fn all<'a>(program: &Program<'a>) -> Vec<Declared<'a>> {
    let mut walk = Walk { program, home: STD, namespace: None, found: Vec::new() };
    for module in program.modules.iter().filter(|m| m.id != STD) {
        walk.home = module.id;
        walk.items(module.items);
    }
    walk.found
}

struct Walk<'p, 'a> {
    program: &'p Program<'a>,
    home: ModuleId,
    namespace: Option<Name>,
    found: Vec<Declared<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn items(&mut self, items: &'a [Item]) {
        items.iter().for_each(|item| self.item(item));
    }

    fn item(&mut self, item: &'a Item) {
        match item {
            Item::Instance(instance) => {
                if self.namespace.is_some() && self.program.find_kind(self.home, &instance.head).is_none() {
                    return;
                }
                self.found.push(Declared {
                    kind: instance.head.name.name,
                    parents: parents(self.program, self.home, &instance.head),
                    label: &instance.label,
                    namespace: self.namespace,
                    doc: instance.doc.as_deref(),
                    head: instance.head_span,
                    span: instance.span,
                });
            }
            Item::Namespace(namespace) => {
                self.found.push(Declared {
                    kind: "namespace".into(),
                    parents: Vec::new(),
                    label: &namespace.label,
                    namespace: None,
                    doc: namespace.doc.as_deref(),
                    head: namespace.head_span,
                    span: namespace.span,
                });
                self.within(namespace.label.as_static(), &namespace.items);
            }
            Item::Extend(extend) => {
                if let (ExtendBody::Items(inner), ast::Target::Label(label)) = (&extend.body, &extend.target) {
                    self.within(label.as_static(), inner);
                }
            }
            Item::If(cond) => {
                self.items(&cond.then);
                self.items(&cond.otherwise);
            }
            Item::For(each) => self.items(&each.body),
            Item::Test(test) => self.items(&test.body),
            Item::Expect(expect) => self.items(&expect.body),
            Item::Kind(kind) | Item::Crd(ast::CrdDecl { body: kind, .. }) => {
                for member in &kind.members {
                    if let Member::Emit(items) = member {
                        self.items(items);
                    }
                }
            }
            Item::Entry(_) | Item::Let(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Refine(_) => {}
            Item::Rule(_) | Item::Import(_) | Item::Base(_) | Item::Remove(_) | Item::Waive(_) | Item::Assert(_) => {}
        }
    }

    fn within(&mut self, namespace: Option<Name>, items: &'a [Item]) {
        let outer = std::mem::replace(&mut self.namespace, namespace.or(Some(Name::default())));
        self.items(items);
        self.namespace = outer;
    }
}

fn parents(program: &Program, home: ModuleId, head: &ast::Path) -> Vec<Name> {
    let Some(KindRef::High(kind)) = program.find_kind(home, head) else { return Vec::new() };
    kind.parents().to_vec()
}
