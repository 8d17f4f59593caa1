use std::{collections::HashMap, sync::Arc};

/// Stands for a tenant that has entries.
pub(super) type TenantId = u32;

/// How many entries there are, in all and of each tenant.
pub(super) struct Occupancy {
    capacity: usize,
    len: usize,
    ids: HashMap<Arc<str>, TenantId>,
    tenants: Vec<Tenant>,
    unused: Vec<TenantId>,
}

struct Tenant {
    name: Arc<str>,
    len: usize,
}

impl Occupancy {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            len: 0,
            ids: HashMap::new(),
            tenants: Vec::new(),
            unused: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes a place for an entry of this tenant, if its share has one.
    ///
    /// A named tenant holds no more places than are free: half of the capacity if it is alone, and half of what the others
    /// leave. Switches share a buffer among their ports likewise (dynamic thresholds: Choudhury and Hahne, 1998).
    pub(super) fn take(&mut self, tenant: &str) -> Option<TenantId> {
        let free = self.capacity.saturating_sub(self.len);
        let limit = if tenant.is_empty() { usize::MAX } else { free };
        let held = self.ids.get(tenant).map_or(0, |&id| self.of(id));
        (free > 0 && held < limit).then(|| self.take_beyond(tenant))
    }

    /// Takes a place whether there is one or not.
    pub(super) fn take_beyond(&mut self, tenant: &str) -> TenantId {
        let id = match self.ids.get(tenant) {
            Some(&id) => id,
            None => self.add(tenant),
        };
        if let Some(tenant) = self.tenants.get_mut(id as usize) {
            tenant.len += 1;
            self.len += 1;
        }
        id
    }

    /// Gives a place back. A tenant without entries is forgotten.
    pub(super) fn give_back(&mut self, id: TenantId) {
        let Some(tenant) = self.tenants.get_mut(id as usize) else {
            return;
        };
        self.len = self.len.saturating_sub(1);
        tenant.len = tenant.len.saturating_sub(1);
        if tenant.len == 0 {
            self.ids.remove(&tenant.name);
            self.unused.push(id);
        }
    }

    fn of(&self, id: TenantId) -> usize {
        self.tenants.get(id as usize).map_or(0, |tenant| tenant.len)
    }

    fn add(&mut self, name: &str) -> TenantId {
        let name: Arc<str> = name.into();
        let tenant = Tenant {
            name: Arc::clone(&name),
            len: 0,
        };
        let id = match self.unused.pop() {
            Some(id) => {
                self.tenants[id as usize] = tenant;
                id
            }
            None => {
                self.tenants.push(tenant);
                // More than `u32::MAX` tenants with entries do not fit into memory.
                TenantId::try_from(self.tenants.len() - 1).unwrap_or(TenantId::MAX)
            }
        };
        self.ids.insert(name, id);
        id
    }
}
