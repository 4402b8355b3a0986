//! Kinds of other projects that the standard library makes: monitors, routes, vertical autoscalers, claims of a service catalogue.
//!
//! What they are decides the CustomResourceDefinition that the program imports. For a program that imports none, extracts are embedded,
//! which hold what the library writes; a program itself sees only what it imports.

use super::{Alias, Program};
use crate::ast::Name;
use crate::crd;
use crate::schema::{NativeKind, added};
use std::sync::OnceLock;
use ustr::Ustr;

/// Definitions, and the kinds that they are looked up for.
struct Extract {
    kinds: &'static [&'static str],
    text: &'static str,
    bundle: OnceLock<Option<Ustr>>,
}

static EXTRACTS: [Extract; 4] = [
    extract(&["ServiceMonitor", "PodMonitor"], include_str!("../../examples/crds/monitoring.yaml")),
    extract(&["VerticalPodAutoscaler"], include_str!("../../examples/crds/autoscaler.yaml")),
    extract(&["HTTPRoute"], include_str!("../../examples/crds/gateway.yaml")),
    extract(&["ServiceInstance", "ServiceBinding"], include_str!("../../examples/crds/servicecatalog.yaml")),
];

const fn extract(kinds: &'static [&'static str], text: &'static str) -> Extract {
    Extract { kinds, text, bundle: OnceLock::new() }
}

impl Program<'_> {
    /// The kind that the library means by a name that Kubernetes does not know.
    pub(super) fn foreign_kind(&self, name: Name) -> Option<&'static NativeKind> {
        let extract = EXTRACTS.iter().find(|extract| extract.kinds.contains(&name.as_str()))?;
        let bundle = (*extract.bundle.get_or_init(|| crd::bundle_of_text(extract.text).ok()))?;
        let own = kind_of(bundle, name)?;
        let imported = self.modules.iter().flat_map(|module| {
            let named = module.aliases.values().filter_map(|alias| if let Alias::Native(bundle) = alias { Some(*bundle) } else { None });
            module.open_natives.iter().copied().chain(named)
        });
        let mut imported = imported.filter_map(|bundle| kind_of(bundle, name));
        Some(imported.find(|kind| kind.group == own.group).unwrap_or(own))
    }
}

fn kind_of(bundle: Ustr, name: Name) -> Option<&'static NativeKind> {
    added::bundle(bundle)?.iter().copied().find(|kind| kind.kind == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extract_defines_its_kinds() {
        for extract in &EXTRACTS {
            let bundle = crd::bundle_of_text(extract.text).unwrap();
            for kind in extract.kinds {
                assert!(kind_of(bundle, Ustr::from(kind)).is_some(), "{kind}");
            }
        }
    }
}
