// Turns the component into a JavaScript module in component/, as
// `jco transpile jira_connector.wasm --instantiation async -o component` does.

import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';

const [, , component] = process.argv;
const { files } = await transpile(component, {
  name: 'jira_connector',
  instantiation: 'async',
  // What an export answers as an error is thrown as one, with a `payload`.
  noComponentErrorWrapping: false,
  outDir: 'component',
});
await writeFiles(files);
