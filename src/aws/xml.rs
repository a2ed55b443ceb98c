//! Finding elements in EC2's XML answers by name alone: their namespace carries the API's version.
//! Reading only; what an element means is its kind's business.

use roxmltree::Node;

/// Looking into an element.
pub trait Find<'a, 'input> {
    /// Whether it has that name, in whatever namespace.
    fn is_called(&self, name: &str) -> bool;
    /// Its first child of that name.
    fn child(&self, name: &str) -> Option<Node<'a, 'input>>;
    /// The items of the list of that name.
    fn items(&self, set: &str) -> Vec<Node<'a, 'input>>;
    /// The text of its child of that name, if there is any.
    fn text_of(&self, name: &str) -> Option<String>;
}

impl<'a, 'input> Find<'a, 'input> for Node<'a, 'input> {
    fn is_called(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }

    fn child(&self, name: &str) -> Option<Node<'a, 'input>> {
        self.children().find(|node| node.is_called(name))
    }

    fn items(&self, set: &str) -> Vec<Node<'a, 'input>> {
        let set = self.child(set);
        set.map(|set| set.children().filter(|node| node.is_called("item")).collect()).unwrap_or_default()
    }

    fn text_of(&self, name: &str) -> Option<String> {
        self.child(name)?.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}
