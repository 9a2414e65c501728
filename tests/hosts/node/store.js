// A Map as secret store: what wit/secret-store.wit asks for, but nothing of it
// outlives the process. Put a database in its place.
//
// No other writer comes between a comparison and its write, because nothing
// else runs in this thread meanwhile. To answer an error, throw one, such as
// { tag: 'unavailable', val: 'the database is away' }.

export function mapStore(initial = {}) {
  const entries = new Map();
  let writes = 0;

  const get = (key) => entries.get(key);

  function put(key, value, expect) {
    const found = entries.get(key);
    if (!isAsExpected(found, expect)) return { tag: 'stale', val: found };
    // Counted over all keys: no version comes again after a delete.
    const version = String(++writes);
    entries.set(key, { value, version });
    return { tag: 'stored', val: version };
  }

  function remove(key, expect) {
    const found = entries.get(key);
    if (!found && expect.tag !== 'version') return { tag: 'deleted' };
    if (!isAsExpected(found, expect)) return { tag: 'stale', val: found };
    entries.delete(key);
    return { tag: 'deleted' };
  }

  for (const [key, value] of Object.entries(initial)) {
    put(key, new TextEncoder().encode(value), { tag: 'any' });
  }

  return {
    get,
    getMany: (keys) => keys.map(get),
    put,
    putMany: (changes) =>
      changes.map(({ key, value, expect }) => ({ tag: 'ok', val: put(key, value, expect) })),
    delete: remove,
    list: (prefix) => ({ keys: [...entries.keys()].filter((key) => key.startsWith(prefix)) }),
  };
}

function isAsExpected(found, expect) {
  if (expect.tag === 'version') return found?.version === expect.val;
  return expect.tag === 'any' || !found;
}
