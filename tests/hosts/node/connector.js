// The connector in JavaScript, by jco. The folder component/ is what
// `jco transpile jira_connector.wasm --instantiation async -o component` makes.
//
// A call blocks its thread until it is done: a server keeps it in a worker.

import { http } from '@bytecodealliance/preview2-shim';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { instantiate } from './component/jira_connector.js';

// The exports on this store (one application, one trust domain), reaching no
// other origins than these. After a trap, make a new one.
export function tenant(secrets, origins) {
  const outgoingHandler = {
    handle(request, options) {
      if (!origins.includes(origin(request))) throw { tag: 'HTTP-request-denied' };
      return http.outgoingHandler.handle(request, options);
    },
  };
  const wasi = new WASIShim({ http: { ...http, outgoingHandler } });
  return instantiate(undefined, {
    ...wasi.getImportObject(),
    'jira:connector/secret-store': secrets,
  });
}

function origin(request) {
  return `${request.scheme()?.tag.toLowerCase()}://${request.authority()}`;
}
