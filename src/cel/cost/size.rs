//! Sizes: how long a text, how many elements a list or a map may have, and where a value stands in what declares that.

use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// Between so many and so many; without a bound where the most is [`u64::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub least: u64,
    pub most: u64,
}

impl Size {
    pub const UNKNOWN: Size = Size { least: 0, most: u64::MAX };

    pub fn exactly(size: u64) -> Size {
        Size { least: size, most: size }
    }

    pub fn up_to(most: u64) -> Size {
        Size { least: 0, most }
    }

    /// What holds of one and of the other.
    pub fn or(self, other: Size) -> Size {
        Size { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    pub fn plus(self, other: Size) -> Size {
        Size { least: self.least.saturating_add(other.least), most: self.most.saturating_add(other.most) }
    }

    pub fn times(self, other: Size) -> Size {
        Size { least: self.least.saturating_mul(other.least), most: self.most.saturating_mul(other.most) }
    }
}

/// A part of a number, rounded up, as the server rounds: by a floating point number.
pub fn part(of: u64, factor: f64) -> u64 {
    // A float that is too large saturates.
    (of as f64 * factor).ceil() as u64
}

/// The sizes of the keys and the values of a list or a map that an expression makes.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    pub list: bool,
    pub key: Size,
    pub value: Size,
}

impl Entries {
    pub fn or(self, other: Entries) -> Entries {
        Entries { list: self.list, key: self.key.or(other.key), value: self.value.or(other.value) }
    }
}

/// How large a value of a declared type may be, and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The longest text, the most elements; 0 for what has neither.
    pub most: u64,
    pub fields: FxHashMap<EcoString, Shape>,
    pub key: Option<Box<Shape>>,
    pub value: Option<Box<Shape>>,
    /// Its values are also read as fields, whatever their names.
    pub open: bool,
}

/// What the variables of an expression may be.
#[derive(Clone, Debug)]
pub struct Sizes {
    pub root: Shape,
    /// The only name that paths begin with. Without one the server takes whatever a path begins with for the root, in rules of custom
    /// resources: the elements of a list that the expression made, the fields of what a function gave.
    pub variable: Option<EcoString>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Name(EcoString),
    /// An element of a list, or a value of a map.
    Value,
    Key,
    /// The number of an element: nothing is declared for that.
    Number,
}

/// Where a value stands in the variables of an expression; empty for what comes of a call or a literal.
///
/// The server keeps paths in slices that share memory: where one path is extended twice, the second step may replace the first in paths
/// that were made before, and what is looked up later is the size of another field. Its verdict depends on that, so this is done alike:
/// there is room for as many steps as the next power of two.
#[derive(Clone, Debug, Default)]
pub struct Path {
    steps: Option<Rc<RefCell<Vec<Step>>>>,
    len: usize,
}

impl Path {
    pub fn of(variable: &str) -> Path {
        Path { steps: Some(Rc::new(RefCell::new(vec![Step::Name(variable.into())]))), len: 1 }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The same path with memory of its own.
    pub fn copied(&self) -> Path {
        let own = self.steps.as_ref().map(|steps| Rc::new(RefCell::new(steps.borrow()[..self.len].to_vec())));
        Path { steps: own, len: self.len }
    }

    pub fn then(&self, step: Step) -> Path {
        let len = self.len + 1;
        match &self.steps {
            Some(steps) if !self.len.is_power_of_two() => {
                let mut shared = steps.borrow_mut();
                match shared.get_mut(self.len) {
                    Some(slot) => *slot = step,
                    None => shared.push(step),
                }
                Path { steps: Some(steps.clone()), len }
            }
            steps => {
                let mut own = steps.as_ref().map(|steps| steps.borrow()[..self.len].to_vec()).unwrap_or_default();
                own.push(step);
                Path { steps: Some(Rc::new(RefCell::new(own))), len }
            }
        }
    }

    /// The size that is declared for what stands here now.
    pub fn size(&self, sizes: &Sizes) -> Option<Size> {
        let steps = self.steps.as_ref()?.borrow();
        let (first, rest) = steps.get(..self.len)?.split_first()?;
        if sizes.variable.as_ref().is_some_and(|variable| *first != Step::Name(variable.clone())) {
            return None;
        }
        let found = rest.iter().try_fold(&sizes.root, |shape, step| match step {
            Step::Name(name) => shape.fields.get(name).or_else(|| shape.value.as_deref().filter(|_| shape.open)),
            Step::Value => shape.value.as_deref(),
            Step::Key => shape.key.as_deref(),
            Step::Number => None,
        })?;
        Some(Size::up_to(found.most))
    }
}
