//! `delegate_cloud!`: methods of [`Cloud`](super::Cloud) that another cloud answers. For tests that change what one or two
//! of them do and would have to write out the rest. No method is passed on that is not named.

/// Implements the named methods by asking the cloud in a field: `delegate_cloud!(self.inner: scopes, read, now);`.
#[doc(hidden)]
#[macro_export]
macro_rules! delegate_cloud {
    (self.$($inner:ident).+: $($method:ident),+ $(,)?) => {
        $crate::delegate_cloud! { @each ($($inner).+) $($method)+ }
    };
    (@each $inner:tt $method:ident $($rest:ident)*) => {
        $crate::delegate_cloud! { @$method $inner }
        $crate::delegate_cloud! { @each $inner $($rest)* }
    };
    (@each $inner:tt) => {};
    (@scopes ($($inner:ident).+)) => {
        fn scopes(&self) -> futures_util::future::BoxFuture<'_, Result<Vec<$crate::world::Scope>, $crate::world::Fault>> {
            self.$($inner).+.scopes()
        }
    };
    (@identify ($($inner:ident).+)) => {
        fn identify<'a>(
            &'a self,
            scope: &'a $crate::world::Scope,
        ) -> futures_util::future::BoxFuture<'a, Result<$crate::world::Identity, $crate::world::Fault>> {
            self.$($inner).+.identify(scope)
        }
    };
    (@read ($($inner:ident).+)) => {
        fn read<'a>(
            &'a self,
            kind: &'static dyn $crate::kinds::AnyKind,
            scope: &'a $crate::world::Scope,
            coverage: &'a $crate::world::Coverage,
            known: &'a $crate::world::World,
        ) -> futures_util::future::BoxFuture<'a, Result<$crate::world::AnyReading, $crate::world::Fault>> {
            self.$($inner).+.read(kind, scope, coverage, known)
        }
    };
    (@look ($($inner:ident).+)) => {
        fn look<'a>(
            &'a self,
            kind: &'static dyn $crate::kinds::AnyKind,
            id: &'a $crate::world::ResourceId,
            known: &'a $crate::world::World,
            now: jiff::Timestamp,
        ) -> futures_util::future::BoxFuture<'a, Result<$crate::display::Extra, $crate::world::Fault>> {
            self.$($inner).+.look(kind, id, known, now)
        }
    };
    (@change ($($inner:ident).+)) => {
        fn change<'a>(
            &'a self,
            change: &'a $crate::change::gate::Approved,
            scope: &'a $crate::world::Scope,
        ) -> futures_util::future::BoxFuture<'a, Result<$crate::change::receipt::Receipt, $crate::world::Fault>> {
            self.$($inner).+.change(change, scope)
        }
    };
    (@renew ($($inner:ident).+)) => {
        fn renew(&self, source: &$crate::world::SourceName) {
            self.$($inner).+.renew(source);
        }
    };
    (@stats ($($inner:ident).+)) => {
        fn stats(&self) -> $crate::aws::stats::Stats {
            self.$($inner).+.stats()
        }
    };
    (@login ($($inner:ident).+)) => {
        fn login(&self, source: &$crate::world::SourceName) -> Option<Vec<String>> {
            self.$($inner).+.login(source)
        }
    };
    (@pause ($($inner:ident).+)) => {
        fn pause(&self, span: jiff::SignedDuration) -> futures_util::future::BoxFuture<'_, ()> {
            self.$($inner).+.pause(span)
        }
    };
    (@now ($($inner:ident).+)) => {
        fn now(&self) -> jiff::Timestamp {
            self.$($inner).+.now()
        }
    };
}
