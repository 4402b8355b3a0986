//! Kubernetes' own documentation of its types and fields.
use ustr::Ustr;

pub(super) fn of_type(_ty: Ustr) -> Option<&'static str> {
    None
}

pub(super) fn of_field(_ty: Ustr, _field: Ustr) -> Option<&'static str> {
    None
}
