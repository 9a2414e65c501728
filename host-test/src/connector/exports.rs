use std::marker::PhantomData;

use wasmtime::component::{ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower};
use wasmtime::{Engine, Result, Store, format_err};

use crate::bindings::world::JiraConnectorPre;
use crate::call::CallState;
use crate::types::{Error, OauthOutcome, OauthStep, Request, Response, SweepOutcome, SweepStep};

/// The exports of the contract. Their types are compared with it here, once; and
/// a call looks for the one that it is of. The generated bindings would look for
/// all of them in each call.
pub(crate) struct Exports {
    pub(crate) api_request: TypedExport<Request, Response>,
    pub(crate) servicedesk_request: TypedExport<Request, Response>,
    pub(crate) oauth_exchange: TypedExport<OauthStep, OauthOutcome>,
    pub(crate) gdpr_sweep: TypedExport<SweepStep, SweepOutcome>,
    pre: InstancePre<CallState>,
}

/// An export that takes one thing and answers another, or an error.
pub(crate) struct TypedExport<Taken, Answered> {
    index: ComponentExportIndex,
    types: PhantomData<fn(Taken) -> Answered>,
}

impl Exports {
    pub(super) fn of(pre: InstancePre<CallState>) -> Result<Exports> {
        let pre = JiraConnectorPre::new(pre)?.instance_pre().clone();
        Ok(Exports {
            api_request: TypedExport::find(&pre, "api-request")?,
            servicedesk_request: TypedExport::find(&pre, "servicedesk-request")?,
            oauth_exchange: TypedExport::find(&pre, "oauth-exchange")?,
            gdpr_sweep: TypedExport::find(&pre, "gdpr-sweep")?,
            pre,
        })
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.pre.engine()
    }

    /// Calls one of them, in an instance that is made for it.
    pub(crate) async fn call<Taken, Answered>(
        &self,
        export: &TypedExport<Taken, Answered>,
        store: &mut Store<CallState>,
        taken: &Taken,
    ) -> Result<std::result::Result<Answered, Error>>
    where
        Taken: Lower + Sync,
        Answered: Lift + Send + Sync + 'static,
        for<'a> (&'a Taken,): ComponentNamedList,
        (std::result::Result<Answered, Error>,): ComponentNamedList,
    {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        let function = instance
            .get_typed_func::<(&Taken,), (std::result::Result<Answered, Error>,)>(
                &mut *store,
                &export.index,
            )?;
        let (answered,) = function.call_async(store, (taken,)).await?;
        Ok(answered)
    }
}

impl<Taken, Answered> TypedExport<Taken, Answered> {
    fn find(pre: &InstancePre<CallState>, name: &str) -> Result<Self> {
        let index = pre.component().get_export_index(None, name);
        Ok(TypedExport {
            index: index.ok_or_else(|| format_err!("no export `{name}`"))?,
            types: PhantomData,
        })
    }
}
