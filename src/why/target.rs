//! What a question is about: the object and the field that its words mean, and what was nearly meant where there is none.

use super::path::{self, Place};
use super::{Query, Unknown};
use crate::diag::suggest;
use crate::eval::Shared;
use crate::object::Object;
use crate::schema::{self, NativeKind, NativeTy, TypeId};
use ustr::Ustr;

/// The object that is meant.
pub fn object<'o>(shared: &Shared, objects: &'o [Object], query: &Query) -> Result<&'o Object, Unknown> {
    let words = Words::of(query);
    let named: Vec<&Object> = objects.iter().filter(|o| words.kind_fits(o.kind) && o.name == words.name).collect();
    let found: Vec<&Object> =
        named.iter().copied().filter(|o| words.namespace.is_none_or(|n| o.namespace.is_some_and(|own| own == n))).collect();
    match (found.as_slice(), named.as_slice()) {
        ([only], _) => Ok(only),
        ([], [near, ..]) => Err(Unknown {
            message: format!("there is no {}/{} in namespace `{}`", near.kind.kind, near.name, words.namespace.unwrap_or_default()),
            help: Some(format!("did you mean `{}`?", asked(near))),
        }),
        ([], []) => Err(words.unknown(shared, objects)),
        (several, _) => Err(Unknown {
            message: format!("several objects are called `{}`", query.object),
            help: Some(format!("name one of {}", suggest::some_of(several.iter().map(|o| asked(o))))),
        }),
    }
}

/// The words of a question.
struct Words<'q> {
    namespace: Option<&'q str>,
    kind: Option<&'q str>,
    name: &'q str,
}

impl<'q> Words<'q> {
    /// `web`, `Deployment/web`, `Deployment.web`, `shop/Deployment/web`.
    fn of(query: &'q Query) -> Words<'q> {
        let given = query.namespace.as_deref();
        let parts: Vec<&str> = query.object.split('/').collect();
        match parts.as_slice() {
            [namespace, kind, name] => Words { namespace: given.or(Some(namespace)), kind: Some(kind), name },
            [kind, name] => Words { namespace: given, kind: Some(kind), name },
            _ => match query.object.split_once('.').filter(|(kind, _)| schema::kind(kind).is_some()) {
                Some((kind, name)) => Words { namespace: given, kind: Some(kind), name },
                None => Words { namespace: given, kind: None, name: &query.object },
            },
        }
    }

    /// By its name in any case, its plural, or a short name, as `kubectl` reads it; a group may stand behind: `deployments.apps`.
    fn kind_fits(&self, kind: &NativeKind) -> bool {
        let Some(word) = self.kind else { return true };
        let (word, group) = word.split_once('.').map_or((word, None), |(word, group)| (word, Some(group)));
        let named = kind.kind.eq_ignore_ascii_case(word)
            || kind.plural.eq_ignore_ascii_case(word)
            || kind.short_names.iter().any(|short| short.eq_ignore_ascii_case(word));
        named && group.is_none_or(|group| kind.group == group)
    }

    fn unknown(&self, shared: &Shared, objects: &[Object]) -> Unknown {
        let asked_for = self.kind.map_or_else(|| self.name.to_string(), |kind| format!("{kind}/{}", self.name));
        let message = format!("this program makes no object `{asked_for}`");
        let help = self.of_declaration(shared, objects).or_else(|| self.near(objects)).or_else(|| match objects {
            [] => Some("it makes no objects at all".into()),
            objects => Some(format!("it makes {}", suggest::some_of(objects.iter().map(asked)))),
        });
        Unknown { message, help }
    }

    /// `app/web`: the objects that the declaration makes.
    fn of_declaration(&self, shared: &Shared, objects: &[Object]) -> Option<String> {
        let decl = shared.decls.all_named(Ustr::from(self.kind?), Ustr::from(self.name)).next()?;
        let made: Vec<String> = objects.iter().filter(|o| o.head == decl.head).map(asked).collect();
        (!made.is_empty()).then(|| format!("`{} {}` makes {}", decl.kind_name(), decl.name, suggest::some_of(made)))
    }

    fn near(&self, objects: &[Object]) -> Option<String> {
        let of_kind: Vec<&Object> = objects.iter().filter(|o| self.kind_fits(o.kind)).collect();
        if let Some(kind) = self.kind.filter(|_| of_kind.is_empty()) {
            let kinds: Vec<&str> = objects.iter().map(|o| o.kind.kind.as_str()).collect();
            let near = suggest::nearest(kind, kinds.iter().copied());
            let found = objects.iter().find(|o| near.is_some_and(|near| o.kind.kind == near) && o.name == self.name);
            let found = found.or_else(|| objects.iter().find(|o| o.name == self.name));
            return found.map(|object| format!("did you mean `{}`?", asked(object)));
        }
        let near = suggest::nearest(self.name, of_kind.iter().map(|o| o.name.as_str()))?;
        of_kind.iter().find(|o| o.name == near).map(|object| format!("did you mean `{}`?", asked(object)))
    }
}

/// An object as a question names it.
pub fn asked(object: &Object) -> String {
    match object.namespace {
        Some(namespace) => format!("{namespace}/{}/{}", object.kind.kind, object.name),
        None => format!("{}/{}", object.kind.kind, object.name),
    }
}

/// The field that is meant; one that the API has and nobody wrote is found as missing.
pub fn field<'o>(object: &'o Object, path: &str) -> Result<Place<'o>, Unknown> {
    let place = path::follow(&object.root, &path::split(path));
    let Some(first) = place.missing.first() else { return Ok(place) };
    if type_at(object.kind.ty, &place).is_some_and(|ty| leads(ty, &place.missing)) {
        return Ok(place);
    }
    let mut known = path::known(&object.root, &place);
    if let Some(NativeTy::Ref(id)) = type_at(object.kind.ty, &place) {
        known.extend(id.get().fields.iter().map(|f| f.name.to_string()));
    }
    let here = path::server_path(&place.steps);
    let place_text = if here.is_empty() { object.title() } else { format!("`{here}` of {}", object.title()) };
    let message = format!("{place_text} has no `{first}`");
    let help = match suggest::nearest(first, known.iter().map(String::as_str)) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if place.steps.is_empty() && path::to_field(&object.root, first).is_some() => {
            path::to_field(&object.root, first).map(|deeper| format!("did you mean `{deeper}`?"))
        }
        None if known.is_empty() => Some("it is no record and no list: nothing stands below it".into()),
        None => Some(format!("there is {}", suggest::some_of(path::known(&object.root, &place)))),
    };
    Err(Unknown { message, help })
}

/// The type of what was found.
pub fn type_at(root: TypeId, place: &Place) -> Option<NativeTy> {
    place.steps.iter().try_fold(NativeTy::Ref(root), |ty, step| match step {
        path::Found::Entry(entry) => below(ty, &entry.key),
        path::Found::Item { .. } => below(ty, ""),
    })
}

/// The type of a field, of a map's value, or of an element.
fn below(ty: NativeTy, key: &str) -> Option<NativeTy> {
    match ty {
        NativeTy::Ref(id) => match id.get().alias {
            Some(alias) => below(alias, key),
            None => id.get().field(Ustr::from(key)).map(|f| f.ty),
        },
        NativeTy::Map(value) => Some(*value),
        NativeTy::List(list) => Some(list.elem),
        NativeTy::Any | NativeTy::Object => Some(NativeTy::Any),
        NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String | NativeTy::IntOrString => None,
        NativeTy::Quantity | NativeTy::Time | NativeTy::MicroTime | NativeTy::Duration | NativeTy::Base64 => None,
    }
}

/// Whether the API has a field at the end of this path. Elements of lists that are not there have no fields.
fn leads(ty: NativeTy, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match ty {
        NativeTy::List(_) | NativeTy::Any | NativeTy::Object => false,
        NativeTy::Map(_) => rest.is_empty(),
        _ => below(ty, first).is_some_and(|inner| leads(inner, rest)),
    }
}
